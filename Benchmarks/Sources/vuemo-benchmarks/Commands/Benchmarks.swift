import ArgumentParser
import Foundation
import Tensors

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// Options of every measurement.
struct MeasurementOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads of the engine. (default: the processors)", valueName: "count"))
    var threads: Int?

    @Option(help: "Timings of every line; the median counts.")
    var repetitions = 9

    @Option(help: "text, lines as they come; json, one document at the end.")
    var format = OutputFormat.text

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
        if repetitions < 1 { throw ValidationError("--repetitions must be at least 1.") }
    }

    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    func table() -> Table { Table(Machine.measure(threads: threadCount), format: format) }
}

/// The program.
@main
struct Benchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vuemo-benchmarks", abstract: "Measure the engine against what this machine can do.",
        subcommands: [
            OperationsCommand.self, ScalingCommand.self, GrowthCommand.self, GrowthStep.self, EpochsCommand.self,
            CompareCommand.self,
        ],
        defaultSubcommand: OperationsCommand.self)
}
