import Autodiff
import Tensors

/// Bidirectional GRU layers, h = 256 a direction.
enum RecurrentLayers {
    static func operations(_ dialogues: Dialogues) -> [Operation] {
        [
            layer("padded, first", .init(padding: dialogues.lengths), dialogues, isFirst: true),
            layer("padded, second", .init(padding: dialogues.lengths), dialogues, isFirst: false),
            layer("packed, first", .init(packing: dialogues.lengths), dialogues, isFirst: true),
            layer("packed, second", .init(packing: dialogues.lengths), dialogues, isFirst: false),
        ]
    }

    /// Forward, for both directions: the input's rows times W_ih, every row of the layout times W_hh. Backward: each product
    /// twice, for the weight and for the other factor. The first layer's input is the utterances and, where the layout is padded,
    /// one row that stands for all padding; the second layer's is the layout's rows.
    private static func layer(_ name: String, _ layout: SequenceLayout, _ dialogues: Dialogues, isFirst: Bool)
        -> Operation
    {
        let h = 256
        let inputs = 512
        let isPadded = layout.rows > dialogues.utterances
        let rows = isFirst ? dialogues.utterances + (isPadded ? 1 : 0) : layout.rows
        let cost = 2 * (Cost.product(rows, inputs, 3 * h) + .product(layout.rows, h, 3 * h))
        return Operation(
            "GRU layer, \(name): \(layout.rows) rows, \(inputs) → 2 × \(h)", forward: cost, backward: 2 * cost
        ) {
            var make = Inputs()
            let x = make.tensor(rows, inputs)
            let directions = (0..<2).map { _ in
                RecurrentDirection(
                    inputWeight: make.parameter(3 * h, inputs), recurrentWeight: make.parameter(3 * h, h),
                    inputBias: make.parameter(1, 3 * h), recurrentBias: make.parameter(1, 3 * h))
            }
            return {
                $0.gruLayer(
                    Variable(x), layout: layout, inputRow: isFirst ? layout.source : nil, directions: directions)
            }
        }
    }
}
