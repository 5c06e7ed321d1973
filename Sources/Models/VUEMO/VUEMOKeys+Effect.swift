import Configuration
import Conversations

extension Settings where Keys == VUEMOKeys {
    /// What is wrong with a switch that is thrown and changes nothing: whoever throws one expects another model. Nil where there is none.
    var idleSwitch: String? {
        let others: String? =
            self.encoder == .none
            ? "model.encoder is none"
            : self.modalities.contains(.audio) || self.modalities.contains(.visual)
                ? nil : "neither audio nor visual is among model.modalities (\(self.modalities))"
        let thrown: [(key: String, isThrown: Bool, reason: String?)] = [
            ("textLayers", self.textLayers != .all, textless),
            ("speakerEmbedding", !self.speakerEmbedding, textless),
            ("encoder", self.encoder != .gru, self.encodeAudioVisual ? nil : textless),
            ("encodeAudioVisual", self.encodeAudioVisual, others),
            (
                "gai", self.gai == .separate,
                self.variant == .released
                    ? "model.variant is released, whose context is one number that nothing is attended for" : nil
            ),
        ]
        guard let idle = thrown.first(where: { $0.isThrown && $0.reason != nil }), let reason = idle.reason else {
            return nil
        }
        return "model.\(idle.key)=\(erased[idle.key]?.text ?? "") has no effect, because \(reason); leave it out"
    }

    /// The other keys that change nothing with these settings, with the reasons.
    var unusedKeys: [String: String] {
        var reasons: [String: String] = [:]
        if let textless { reasons = ["textNorm": textless, "projectText": textless, "speakerEmbedding": textless] }
        if !self.vue { reasons["vueLayers"] = "model.vue is false" }
        if !self.lgl { reasons["hypergraphLayers"] = "model.lgl is false" }
        return reasons
    }

    /// The first switch that makes another model than the public code's and the paper's, as key=value; nil where none is thrown. The
    /// speakers' embedding is not among them: both statements of the model have it or not.
    var thrownSwitch: String? {
        let switches = [
            ("textNorm", self.textNorm == .dialogue), ("encoder", self.encoder != .gru),
            ("encodeAudioVisual", self.encodeAudioVisual), ("textLayers", self.textLayers != .all), ("vue", !self.vue),
            ("gai", self.gai != .joint), ("lgl", !self.lgl),
        ]
        return switches.first { $0.1 }.map { "model.\($0.0)=\(erased[$0.0]?.text ?? "")" }
    }
}
