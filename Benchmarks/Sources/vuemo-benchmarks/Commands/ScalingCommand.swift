import ArgumentParser
import Concurrency
import Foundation
import Tensors
import Models

/// `vuemo-benchmarks scaling`
struct ScalingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract:
            "Training steps with 1, 2, … threads, taken in turns so that other work on the machine touches all alike.")

    @OptionGroup var options: MeasurementOptions

    func run() throws {
        let table = options.table()
        var counts = [1]
        while counts.last! * 2 <= options.threadCount { counts.append(counts.last! * 2) }
        if counts.last! < options.threadCount { counts.append(options.threadCount) }
        for dataset in BenchmarkModel.Dataset.allCases {
            for variant in Variant.allCases {
                try measure(dataset, variant, threads: counts, table)
            }
        }
        try table.finish()
    }

    private func measure(_ dataset: BenchmarkModel.Dataset, _ variant: Variant, threads: [Int], _ table: Table) throws {
        let model = BenchmarkModel(dataset, variant, dialogues: dataset.dialogues)
        var times = [[Double]](repeating: [], count: threads.count)
        for repetition in -1..<options.repetitions {
            for (index, count) in threads.enumerated() {
                Compute.threads = count
                let seconds = try Stopwatch.seconds(model.step)
                if repetition >= 0 { times[index].append(seconds) }
            }
        }
        Compute.threads = options.threadCount
        table.heading("Training step, \(dataset.rawValue) \(variant.rawValue)")
        for (count, mine) in zip(threads, times) {
            let speedup = zip(times[0], mine).map { $0 / $1 }.median
            var line = Line(
                "\(dataset.rawValue) \(variant.rawValue), \(count) threads: \(String(format: "%.2f", speedup)) × as fast as 1",
                seconds: mine, cost: nil, machine: table.machine)
            line.threads = count
            table.add(line)
        }
    }
}
