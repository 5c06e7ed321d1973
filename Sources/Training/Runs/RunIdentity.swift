import Configuration
import FeatureStore
import Foundation
import Tensors
import TerminalText

/// What a result is the result of: the object `run` of `result.json`, and the last lines of its table.
public struct RunIdentity: Codable, Equatable, Sendable {
    /// The store's dataset name.
    public var dataset: String
    /// The store's fingerprint.
    public var contentID: String
    /// Which labels were learnt.
    public var target: String
    /// The names of the classes.
    public var classes: [String]
    /// The kind of model.
    public var model: String
    /// What distinguishes it among those of its kind.
    public var variant: String
    /// Sound or paper.
    public var trainingProtocol: String
    /// Whether the epoch was chosen on test, so that figures of test are too good.
    public var isChosenOnTest: Bool
    /// What test is: the store's split, a fold, or a group.
    package var testPart: String
    /// `training.seed`.
    public var seed: UInt64
    /// Equal for runs of one kind: see ``RunConfiguration/kindHash``.
    package var configurationHash: String
    /// The version of vuemo that began the run.
    public var version: String
    /// The name of the processor that evaluated it.
    public var processor: String
    /// Which of the engine's machine codes that runs: avx512, avx2, neon or plain.
    public var kernels: String
    /// Threads of the engine.
    public var threads: Int

    enum CodingKeys: String, CodingKey {
        case dataset
        case contentID = "content_id"
        case target, classes, model, variant
        case trainingProtocol = "protocol"
        case isChosenOnTest = "chosen_on_test"
        case testPart = "test"
        case seed
        case configurationHash = "configuration_sha256"
        case version = "vuemo"
        case processor, kernels, threads
    }

    init(_ record: RunRecord, labels: RunLabels, testPart: String) {
        let configuration = record.configuration
        dataset = record.dataset
        contentID = record.contentID
        target = labels.target
        classes = labels.names
        model = configuration.definition.name
        variant = configuration.label
        trainingProtocol = configuration.training.protocol.rawValue
        isChosenOnTest = configuration.training.protocol == .paper
        self.testPart = testPart
        seed = configuration.training.seed
        configurationHash = configuration.kindHash
        version = record.toolVersion
        processor = Machine.processor
        kernels = KernelChoice.name
        threads = configuration.training.threads
    }

    /// The same for people, without what the rest of a table says.
    var lines: [String] {
        let kind = model == variant ? model : "\(model) \(variant)"
        let choice = trainingProtocol + (isChosenOnTest ? ": the epoch was chosen on test" : "")
        return [
            "\(dataset) (content id \(contentID.prefix(12))), \(target), \(classes.count) classes; test is \(testPart)",
            "\(kind), seed \(seed), configuration \(configurationHash.prefix(12)), protocol \(choice)",
            "vuemo \(version), \(threads) thread\(threads == 1 ? "" : "s"), \(kernels), \(processor)",
        ].flatMap { TextWrap.lines($0) }
    }
}

extension RunConfiguration {
    /// Keys in which runs of one kind may differ.
    /// - Parameter isDivided: Whether the dialogues are divided for each run, which then counts its own class frequencies.
    package static func freeKeys(isDivided: Bool) -> Set<String> {
        let keys: Set = [
            "training.seed", "training.threads", "training.prefetch", "training.keepEvery", "data.fold",
            "data.leaveOut",
        ]
        return isDivided ? keys.union(["training.classFrequencies"]) : keys
    }

    /// The SHA-256 of the model's name and of every key with its value, a line for each. Left out are those in which the runs of a series
    /// differ: seed, threads, prefetch, keepEvery, fold and leaveOut, and the class frequencies where every fold counts its own.
    public var kindHash: String {
        let left = Self.freeKeys(isDivided: data.isDivided)
        let keys = [Self.modelName] + sections.keys.filter { !left.contains($0) }
        var digest = SHA256Digest()
        let lines = keys.map { "\($0)=\(text(of: $0))\n" }.joined()
        Array(lines.utf8).withUnsafeBytes { digest.update($0) }
        return digest.hexadecimal()
    }
}

/// The machine that this process runs on.
private enum Machine {
    private static let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""

    /// The value of a line of /proc/cpuinfo, of the first processor.
    private static func value(_ name: String) -> String? {
        let line = information.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }

    /// Its name, or that of its architecture where the system does not tell.
    static let processor: String = {
        if let name = value("model name"), !name.isEmpty { return name }
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: &system.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }()
}
