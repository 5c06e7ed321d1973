import ArgumentParser
import Foundation

/// `vuemo-benchmarks operations`
struct OperationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operations",
        abstract:
            "Every heavy operation forward and backward, training steps, evaluation and loading, at the paper's sizes.",
        discussion:
            "A line's floor is its operations over the machine's rate of products, or its bytes over the bandwidth, whichever is larger."
    )

    @OptionGroup var options: MeasurementOptions

    @Option(help: "Only lines whose name contains this, without regard to case.")
    var only: String?

    func run() throws {
        let table = options.table()
        for (heading, benchmarks) in Self.groups {
            let chosen = benchmarks().filter { only == nil || $0.name.localizedCaseInsensitiveContains(only!) }
            if chosen.isEmpty { continue }
            table.heading(heading)
            for benchmark in chosen {
                try benchmark.measure(options.repetitions, table.machine).forEach(table.add)
            }
        }
        try table.finish()
    }

    private static var groups: [(String, () -> [Benchmark])] {
        let dialogues = Dialogues.iemocap
        let operations: [(String, (Dialogues) -> [Operation])] = [
            ("Linear layers", LinearLayers.operations), ("Text", TextNorms.operations),
            ("Recurrence", RecurrentLayers.operations), ("Virtual unified emotion", EmotionOperations.operations),
            ("Global attention interaction", { AttentionOperations.operations($0) + GateOperations.operations($0) }),
            ("Local graph learning", HypergraphOperations.operations), ("Head", HeadOperations.operations),
        ]
        return operations.map { heading, make in (heading, { make(dialogues).map(Benchmark.init) }) } + [
            ("Steps", Steps.benchmarks), ("Data", { Loading.benchmarks(dialogues) }),
        ]
    }
}
