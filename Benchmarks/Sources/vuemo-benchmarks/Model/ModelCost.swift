import Models

/// What a whole model needs for a minibatch: the products of forward and backward, counted from the mathematics.
///
/// Padded rows count where the released variant's text path needs them: both GRU layers run over B·T rows. All else counts the N
/// utterances alone, the text's projection too, since padding is one constant row there. A layer's backward is two products, one
/// where its input is features: what the text norms' own parameters need beyond that is on top. The released gate counts with its
/// halves merged. Element-wise work counts nothing.
struct ModelCost {
    /// Operations of the forward pass.
    private(set) var forward = 0.0
    /// Operations of the backward pass.
    private(set) var backward = 0.0

    /// A training step's operations, without the optimiser.
    var training: Double { forward + backward }

    init(_ configuration: VUEMOConfiguration, _ dialogues: Dialogues) {
        let n = dialogues.utterances
        let h = configuration.hiddenSize
        let streams = configuration.streams
        let modalities = configuration.modalities
        let m = modalities.count
        let released = configuration.variant == .released
        if modalities.contains(.text) {
            let rows = released ? dialogues.paddedRows : n
            if configuration.projectText { add(n, configuration.textWidth, h, inputGradient: false) }
            for layer in 0..<2 {
                let isFirst = layer == 0 && !configuration.projectText
                add(rows, isFirst ? configuration.textWidth : h, 2 * 3 * h / 2, inputGradient: !isFirst)
                add(rows, h / 2, 2 * 3 * h / 2)
            }
        }
        if modalities.contains(.audio) { add(n, configuration.audioWidth, h, inputGradient: false) }
        if modalities.contains(.visual) { add(n, configuration.visualWidth, h, inputGradient: false) }

        add(n * m, h, h)
        for _ in 0..<configuration.vueLayers { add(m * (dialogues.squares + 2 * n), h, 1) }
        add(n, m * h, h)

        if !released {
            for _ in 0..<streams {
                add(n, h, 3 * h)
                add(2 * dialogues.squares, h, 1)
                add(n, h, h)
                add(n, h, 2 * h)
                add(n, 2 * h, h)
            }
            add(n * streams, h, 2 * streams)
        }
        add(n * streams, h, 2 * h)
        add(n * streams, 2 * h, h)
        add(n * streams, released ? h : 2 * h, h)

        add(n * streams, h, h)
        for _ in 0..<configuration.hypergraphLayers { add(n * streams, streams + 1, h) }
        add(n, streams * h, configuration.classes)
    }

    /// A product [rows, inner] × [inner, columns] and its backward.
    private mutating func add(_ rows: Int, _ inner: Int, _ columns: Int, inputGradient: Bool = true) {
        let operations = 2 * Double(rows) * Double(inner) * Double(columns)
        forward += operations
        backward += (inputGradient ? 2 : 1) * operations
    }
}
