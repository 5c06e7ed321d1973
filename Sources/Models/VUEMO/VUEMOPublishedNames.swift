import Configuration
import ConversationModels

/// What the authors' public code calls the parameters of the released variant.
enum VUEMOPublishedNames {
    /// The public code has these two in one length, whatever the data; what no minibatch reaches stays 1.
    private static let (hyperedges, nodes) = (10_000, 20_000)
    private static let whole = [
        "lgl.hyperedge_weight": PublishedParameter("EA_fusion.hyperedge_weight", length: hyperedges),
        "lgl.node_weight": PublishedParameter("EA_fusion.EW_weight", length: nodes),
        "gai.expand.weight": PublishedParameter("Global.memory_net.feature_enhancer.0.weight", trailingDimensions: 1),
        "gai.shrink.weight": PublishedParameter("Global.memory_net.feature_enhancer.2.weight", trailingDimensions: 1),
    ]
    private static let prefixes = [
        ("audio.", "linear_a."), ("visual.", "linear_v."), ("text.", "linear_l."), ("context.", "gru_l."),
        ("speaker.", "emotion_modality.speaker_embeddings."), ("vue.project.", "emotion_modality.fc1."),
        ("vue.fuse.", "emotion_modality.fc2."), ("gai.expand.", "Global.memory_net.feature_enhancer.0."),
        ("gai.shrink.", "Global.memory_net.feature_enhancer.2."), ("gai.norm.", "Global.memory_net.ln."),
        ("gai.gate.", "Global.gated_residual.gate.0."), ("lgl.project.", "EA_fusion.fc1."), ("classify.", "smax_fc."),
    ]

    /// What the shapes of a state dict tell. The norm of the text is not among it: the public code has both kinds, whichever is in use.
    static func settings(_ shapes: [String: [Int]], textWidth: Int) -> [String: String] {
        func count(_ name: (Int) -> String) -> Int { (1...1000).prefix { shapes[name($0)] != nil }.count }
        guard let hidden = shapes["EA_fusion.fc1.weight"]?.first, hidden > 0 else { return [:] }
        var settings = [
            "hiddenSize": String(hidden), "vueLayers": String(count { "emotion_modality.conv\($0).gate.weight" }),
            "hypergraphLayers": String(count { "EA_fusion.hyperconv\($0).bias" }),
        ]
        // Which modalities, where they are fewer than three, no shape says.
        if shapes["emotion_modality.fc2.weight"]?.last == 3 * hidden { settings["modalities"] = "avl" }
        if let width = shapes["gru_l.weight_ih_l0"]?.last, hidden != textWidth, [hidden, textWidth].contains(width) {
            settings["projectText"] = String(width == hidden)
        }
        return settings
    }

    /// The names for some settings; nil for those that the public code does not have.
    static func names(_ settings: Settings<VUEMOKeys>) -> ((String) -> PublishedParameter?)? {
        guard settings.variant == .released, settings.thrownSwitch == nil else { return nil }
        let norm = settings.textNorm == .layer ? "normLN" : "normBN"
        return { name in
            if let found = whole[name] { return found }
            if let (own, other) = prefixes.first(where: { name.hasPrefix($0.0) }) {
                return PublishedParameter(other + name.dropFirst(own.count))
            }
            let parts = name.split(separator: ".").map(String.init)
            guard parts.count >= 3, let number = Int(parts[parts[0] == "text_norms" ? 1 : 2]) else { return nil }
            switch parts[0] {
            // The four of them are called a to d.
            case "text_norms" where number < 4:
                return PublishedParameter("\(norm)\(["a", "b", "c", "d"][number]).\(parts[2])")
            case "vue" where parts[1] == "gates" && parts.count == 4:
                return PublishedParameter("emotion_modality.conv\(number + 1).gate.\(parts[3])")
            case "lgl" where parts[1] == "biases": return PublishedParameter("EA_fusion.hyperconv\(number + 1).bias")
            default: return nil
            }
        }
    }
}
