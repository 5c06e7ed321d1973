import Models

/// Training steps, evaluation and the optimiser, for both presets and variants.
enum Steps {
    static func benchmarks() -> [Benchmark] {
        let combinations = BenchmarkModel.Dataset.allCases.flatMap { dataset in Variant.allCases.map { (dataset, $0) } }
        return combinations.map { step($0, $1) } + combinations.map { evaluation($0, $1) } + [optimizer()]
    }

    /// Forward, backward and AdamW of one minibatch. The floor is the products' alone.
    private static func step(_ dataset: BenchmarkModel.Dataset, _ variant: Variant) -> Benchmark {
        let dialogues = dataset.dialogues
        let configuration = BenchmarkModel.configuration(dataset, variant, dialogues: dialogues)
        let cost = Cost(operations: ModelCost(configuration, dialogues).training)
        return Benchmark("training step, \(dataset.rawValue) \(variant.rawValue): \(dialogues.summary)", cost: cost) {
            let model = BenchmarkModel(dataset, variant, dialogues: dialogues)
            return { try model.step() }
        }
    }

    private static func evaluation(_ dataset: BenchmarkModel.Dataset, _ variant: Variant) -> Benchmark {
        let dialogues = dataset.dialogues
        let configuration = BenchmarkModel.configuration(dataset, variant, dialogues: dialogues)
        let cost = Cost(operations: ModelCost(configuration, dialogues).forward)
        return Benchmark("evaluation, \(dataset.rawValue) \(variant.rawValue): \(dialogues.summary)", cost: cost) {
            let model = BenchmarkModel(dataset, variant, dialogues: dialogues)
            return { try model.evaluate() }
        }
    }

    /// Parameters, gradients and both moments are read and written once.
    private static func optimizer() -> Benchmark {
        let model = BenchmarkModel(.iemocap, .released, dialogues: .iemocap)
        return Benchmark(
            "AdamW: \(model.parameters) numbers", cost: .numbers(8 * model.parameters)
        ) {
            { model.optimize() }
        }
    }
}
