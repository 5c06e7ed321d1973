import ArgumentParser
import Concurrency
import Foundation
import Tensors
import Models

/// `vuemo-benchmarks growth`
struct GrowthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract:
            "Time and peak memory of a training step: one dialogue of 250 to 4,000 utterances, then 8 to 64 dialogues of 50.",
        discussion:
            "Every line is a process of its own, so that its peak memory is its own. The n² blocks are the only part that grows faster than n."
    )

    @OptionGroup var options: MeasurementOptions

    func run() throws {
        let table = options.table()
        for variant in Variant.allCases {
            table.heading("One dialogue, \(variant.rawValue)")
            for n in [250, 500, 1000, 2000, 4000] {
                table.add(try step(variant, Dialogues(lengths: [n]), table.machine))
            }
            table.heading("Dialogues of 50 utterances, \(variant.rawValue)")
            for count in [8, 16, 32, 64] {
                table.add(try step(variant, Dialogues(lengths: .init(repeating: 50, count: count)), table.machine))
            }
        }
        try table.finish()
    }

    private func step(_ variant: Variant, _ dialogues: Dialogues, _ machine: Machine) throws -> Line {
        let result = try ChildProcess.run(
            ProcessInfo.processInfo.arguments[0],
            [
                "growth-step", "--variant", variant.rawValue, "--dialogues", "\(dialogues.count)", "--utterances",
                "\(dialogues.longest)", "--threads", "\(options.threadCount)", "--repetitions",
                "\(min(3, options.repetitions))",
            ])
        let report = try JSONDecoder().decode(GrowthStep.Report.self, from: Data(result.utf8))
        let configuration = BenchmarkModel.configuration(.iemocap, variant, dialogues: dialogues)
        var line = Line(
            "training step, \(variant.rawValue): \(dialogues.count) × \(dialogues.longest) utterances",
            seconds: report.seconds,
            cost: Cost(operations: ModelCost(configuration, dialogues).training), machine: machine)
        line.peakMiB = report.peakMiB
        return line
    }
}

/// `vuemo-benchmarks growth-step`: one line of `growth`, in a process of its own.
struct GrowthStep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth-step", abstract: "One line of growth.", shouldDisplay: false)

    @Option var variant: String
    @Option var dialogues: Int
    @Option var utterances: Int
    @Option var threads: Int
    @Option var repetitions: Int

    struct Report: Codable {
        var seconds: [Double]
        var peakMiB: Int
    }

    func run() throws {
        guard let variant = Variant(rawValue: variant) else {
            throw ValidationError("--variant is released or corrected.")
        }
        Compute.threads = threads
        let model = BenchmarkModel(
            .iemocap, variant, dialogues: Dialogues(lengths: .init(repeating: utterances, count: dialogues)))
        try model.step()
        let seconds = try (0..<repetitions).map { _ in try Stopwatch.seconds(model.step) }
        let report = Report(seconds: seconds, peakMiB: ChildProcess.ownPeakMiB())
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}
