import Configuration
import Conversations

extension Settings where Keys == VUEMOKeys {
    private var textless: String? {
        self.modalities.contains(.text) ? nil : "text is not among model.modalities (\(self.modalities))"
    }

    /// What is wrong with a switch that is thrown and changes nothing: whoever throws one expects another model. Nil where there is none.
    var idleSwitch: String? {
        let thrown: [(key: String, isThrown: Bool, reason: String?)] = [
            ("textLayers", self.textLayers != .all, textless),
            ("speakerEmbedding", !self.speakerEmbedding, textless),
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
}
