import Foundation

/// The figures of a run: one JSON object per epoch, as `metrics.jsonl` has them and the peer prints them.
struct RunFigures {
    /// An epoch's line; keys that are not about time or memory are passed over.
    struct Epoch: Codable {
        var trainSeconds: Double
        var evaluationSeconds: Double
        var peakMemoryMiB: Int
        /// Time that the steps waited for their minibatches.
        var dataSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case trainSeconds = "train_seconds"
            case evaluationSeconds = "evaluation_seconds"
            case peakMemoryMiB = "peak_memory_mib"
            case dataSeconds = "data_seconds"
        }
    }

    let epochs: [Epoch]

    init(lines: String) throws {
        epochs = try lines.split(separator: "\n").map { try JSONDecoder().decode(Epoch.self, from: Data($0.utf8)) }
    }
}

/// Prints what whole runs took.
struct EpochReport {
    private let machine: Machine
    private let format: OutputFormat
    private var entries: [Entry] = []

    /// The medians of one dataset and variant. Ratios are of the peer's time to ours.
    struct Entry: Encodable {
        var name: String
        var trainingOperations: Double
        var trainSeconds: Double
        var evaluationOperations: Double
        var evaluationSeconds: Double
        var dataSeconds: Double?
        var peakMemoryMiB: Int
        var shareOfRate: Double
        var shareOfOpenBLASRate: Double
        var peerTrainSeconds: Double?
        var peerEvaluationSeconds: Double?
        var peerPeakMemoryMiB: Int?
        var trainRatio: Double?
        var evaluationRatio: Double?
    }

    init(machine: Machine, format: OutputFormat) {
        self.machine = machine
        self.format = format
        guard format == .text else { return }
        Swift.print(
            String(
                format: "%@, %d threads, products at %.1f GFLOP/s, by OpenBLAS at %.1f", machine.processor,
                machine.threads,
                machine.multiplyRate * 1e-9, machine.openBLASRate * 1e-9))
    }

    mutating func add(_ workload: Workload, ours: [RunFigures], peers: [RunFigures]) {
        func median(_ runs: [RunFigures], _ value: (RunFigures.Epoch) -> Double) -> Double? {
            let values = runs.flatMap { $0.epochs.map(value) }
            return values.isEmpty ? nil : values.median
        }
        /// Every round's ratio of medians, then the median of the rounds.
        func ratio(_ value: (RunFigures.Epoch) -> Double) -> Double? {
            peers.isEmpty ? nil : zip(peers, ours).map { median([$0], value)! / median([$1], value)! }.median
        }
        let seconds = median(ours) { $0.trainSeconds }!
        let waits = ours.flatMap { $0.epochs.compactMap(\.dataSeconds) }
        let entry = Entry(
            name: workload.name, trainingOperations: workload.trainingOperations, trainSeconds: seconds,
            evaluationOperations: workload.evaluationOperations,
            evaluationSeconds: median(ours) { $0.evaluationSeconds }!,
            dataSeconds: waits.isEmpty ? nil : waits.median,
            peakMemoryMiB: ours.flatMap { $0.epochs.map(\.peakMemoryMiB) }.max()!,
            shareOfRate: workload.trainingOperations / machine.multiplyRate / seconds,
            shareOfOpenBLASRate: workload.trainingOperations / machine.openBLASRate / seconds,
            peerTrainSeconds: median(peers) { $0.trainSeconds },
            peerEvaluationSeconds: median(peers) { $0.evaluationSeconds },
            peerPeakMemoryMiB: peers.flatMap { $0.epochs.map(\.peakMemoryMiB) }.max(),
            trainRatio: ratio { $0.trainSeconds },
            evaluationRatio: ratio { $0.evaluationSeconds })
        entries.append(entry)
        if format == .text { Self.print(entry) }
    }

    private static func print(_ entry: Entry) {
        func line(_ format: String, _ values: any CVarArg...) { Swift.print(String(format: format, arguments: values)) }
        Swift.print("\n\(entry.name)")
        line(
            "  training epoch     %8.3f s   %.0f GFLOP, %.0f%% of the rate of products, %.0f%% of OpenBLAS's",
            entry.trainSeconds,
            entry.trainingOperations * 1e-9, entry.shareOfRate * 100, entry.shareOfOpenBLASRate * 100)
        if let peer = entry.peerTrainSeconds {
            line("    PyTorch          %8.3f s   %.2f × ours", peer, entry.trainRatio ?? 0)
        }
        line("  evaluation of test %8.3f s   %.0f GFLOP", entry.evaluationSeconds, entry.evaluationOperations * 1e-9)
        if let peer = entry.peerEvaluationSeconds {
            line("    PyTorch          %8.3f s   %.2f × ours", peer, entry.evaluationRatio ?? 0)
        }
        if let wait = entry.dataSeconds {
            line("  waiting for data   %8.3f s   %.2f%% of the epoch", wait, wait / entry.trainSeconds * 100)
        }
        line("  peak memory        %8d MiB", entry.peakMemoryMiB)
        if let peer = entry.peerPeakMemoryMiB { line("    PyTorch          %8d MiB", peer) }
        fflush(nil)
    }

    func finish() {
        guard format == .json else { return }
        struct Document: Encodable {
            let machine: Machine
            let entries: [Entry]
        }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(Document(machine: machine, entries: entries)) {
            Swift.print(String(decoding: data, as: UTF8.self))
        }
    }
}
