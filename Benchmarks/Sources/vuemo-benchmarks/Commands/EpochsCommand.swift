import ArgumentParser
import FeatureStore
import Foundation
import Models

/// `vuemo-benchmarks epochs`
struct EpochsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "epochs",
        abstract: "Whole runs of vuemo train on real stores and, in turns with them, of the PyTorch peer.",
        discussion: """
            Both train on train and valid and evaluate test after every epoch (--protocol paper). Rounds alternate between the \
            two programs, so that other work on the machine touches both; medians are over all epochs of all rounds.
            """)

    @OptionGroup var options: MeasurementOptions

    @Argument(help: "Stores written by vuemo convert, named IEMOCAP or MELD inside.")
    var stores: [String]

    @Option(help: "The built vuemo.")
    var vuemo = ".build/release/vuemo"

    @Option(help: "A Python with torch and h5py; without one the peer is left out.")
    var python: String?

    @Option(help: "The peer's script.")
    var peer = "Benchmarks/pytorch/train.py"

    @Option(
        help: ArgumentHelp(
            "The peer's model: peer, the fastest we could write; torch_peer, padded throughout; reference, with lists of hyperedges.",
            valueName: "name"))
    var implementation = "peer"

    @Option(help: "Pairs of runs.")
    var rounds = 3

    @Option(help: "Epochs of every run.")
    var epochs = 2

    @Option(help: ArgumentHelp("Only this variant, released or corrected.", valueName: "variant"))
    var variant: String?

    func run() throws {
        let variants = try variant.map { name in
            guard let variant = Variant(rawValue: name) else {
                throw ValidationError("--variant is released or corrected.")
            }
            return [variant]
        }
        let machine = Machine.measure(threads: options.threadCount)
        var report = EpochReport(machine: machine, format: options.format)
        for path in stores {
            let store = try Store(opening: path)
            guard let dataset = BenchmarkModel.Dataset(rawValue: store.dataset) else {
                throw ValidationError("\(path) holds \(store.dataset); the presets are for IEMOCAP and MELD.")
            }
            for variant in variants ?? Variant.allCases {
                try measure(store, dataset, variant, machine, &report)
            }
        }
        report.finish()
    }

    private func measure(
        _ store: Store, _ dataset: BenchmarkModel.Dataset, _ variant: Variant, _ machine: Machine,
        _ report: inout EpochReport
    ) throws {
        let workload = try Workload(store, dataset, variant)
        var ours: [RunFigures] = []
        var peers: [RunFigures] = []
        for _ in 0..<rounds {
            ours.append(try trainOurs(store.path, variant))
            if let python { peers.append(try trainPeer(python, store.path, variant)) }
        }
        report.add(workload, ours: ours, peers: peers)
    }

    private func trainOurs(_ store: String, _ variant: Variant) throws -> RunFigures {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vuemo-benchmarks-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try ChildProcess.run(
            vuemo,
            [
                "train", store, "--variant", variant.rawValue, "--protocol", "paper", "--epochs", "\(epochs)",
                "--threads",
                "\(options.threadCount)", "--output", folder.path, "--quiet",
            ])
        return try RunFigures(lines: String(contentsOf: folder.appending(path: "metrics.jsonl"), encoding: .utf8))
    }

    private func trainPeer(_ python: String, _ store: String, _ variant: Variant) throws -> RunFigures {
        try RunFigures(
            lines: ChildProcess.run(
                python,
                [
                    peer, store, "--variant", variant.rawValue, "--epochs", "\(epochs)", "--threads",
                    "\(options.threadCount)",
                    "--implementation", implementation,
                ]))
    }
}
