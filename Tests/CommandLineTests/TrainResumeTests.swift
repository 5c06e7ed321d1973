import Foundation
import TestSupport
import Testing

/// Runs that are stopped or killed, and continued.
@Suite struct TrainResumeTests {
    private let folder: TemporaryFolder
    private var arguments: [String] {
        ["train", folder.file("store.h5"), "--output", folder.file("run"), "--quiet"] + TrainCommandTests.small + [
            "--epochs", "30",
        ]
    }
    private var resume: [String] { ["train", "--resume", folder.file("run"), "--quiet"] }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    /// Starts a command and sends it a signal, some time after another epoch's metrics are written.
    private func run(
        _ arguments: [String], signal: Int32, afterAnEpoch: Bool, after seconds: Double = 0
    ) throws -> (status: Int32, errors: String) {
        let epochs = metricsSize
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: BuiltProduct.folder + "/vuemo")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        while afterAnEpoch, metricsSize <= epochs, process.isRunning { Thread.sleep(forTimeInterval: 0.001) }
        Thread.sleep(forTimeInterval: seconds)
        if process.isRunning { kill(process.processIdentifier, signal) }
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, text)
    }

    private var metricsSize: Int {
        (try? FileManager.default.attributesOfItem(atPath: folder.file("run/metrics.jsonl"))[.size] as? Int) ?? 0
    }

    /// What must be the same however often the run was broken off.
    private func outcome(of run: String) throws -> [String] {
        let metrics = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
            .replacing(#/"(\w+_seconds|peak_memory_mib|utterances_per_second)":[0-9.]+/#, with: "")
        return [
            metrics, try String(contentsOfFile: run + "/result.json", encoding: .utf8),
            try String(contentsOfFile: run + "/predictions.csv", encoding: .utf8),
        ]
    }

    private func whole() throws -> [String] {
        var arguments = arguments
        arguments[3] = folder.file("whole")
        let finished = try BuiltProduct.run("vuemo", arguments)
        #expect(finished.status == 0, "\(finished.errors)")
        return try outcome(of: folder.file("whole"))
    }

    @Test func aRunKilledAtAnyMomentEndsWithTheSameResults() throws {
        let expected = try whole()
        var kills = 0
        // Some kills fall into the start, before there is a folder; the others into training, checkpoints and the end.
        for round in 0..<14 {
            let exists = FileManager.default.fileExists(atPath: folder.file("run"))
            let outcome = try run(
                exists ? resume : arguments, signal: SIGKILL, afterAnEpoch: round % 4 > 0,
                after: .random(in: 0...(round % 4 > 0 ? 0.03 : 0.3)))
            if outcome.status == 0 { break }
            #expect(outcome.status == -SIGKILL, "\(outcome.errors)")
            kills += 1
        }
        #expect(kills > 0)
        let exists = FileManager.default.fileExists(atPath: folder.file("run"))
        let finished = try BuiltProduct.run("vuemo", exists ? resume : arguments)
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(try outcome(of: folder.file("run")) == expected)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func aSignalWritesACheckpointAndSaysHowToResume(signal: Int32) throws {
        let expected = try whole()
        var stopped = 0
        for _ in 0..<3 {
            let exists = FileManager.default.fileExists(atPath: folder.file("run"))
            let outcome = try run(exists ? resume : arguments, signal: signal, afterAnEpoch: true)
            if outcome.status == 0 { break }
            #expect(outcome.status == 128 + signal)
            #expect(
                outcome.errors.contains("resume with: vuemo train --resume \(folder.file("run"))"), "\(outcome.errors)")
            stopped += 1
        }
        #expect(stopped > 0)
        #expect(try BuiltProduct.run("vuemo", resume).status == 0)
        #expect(try outcome(of: folder.file("run")) == expected)
    }

    @Test func resumingRefusesWhatWouldChangeTheRun() throws {
        _ = try whole()
        try FileManager.default.moveItem(atPath: folder.file("whole"), toPath: folder.file("run"))
        for (options, message) in [
            (["--seed", "3"], "training.seed is 1475 in the run and cannot become 3 on --resume"),
            (["--output", "elsewhere"], "--resume continues a run as it began"),
            (["--set", "training.epoch=3"], "did you mean training.epochs?"),
        ] {
            let outcome = try BuiltProduct.run("vuemo", resume + options)
            #expect(outcome.status != 0 && outcome.errors.contains(message), "\(outcome.errors)")
        }
        let none = try BuiltProduct.run("vuemo", ["train", "--resume", folder.file("none")])
        #expect(none.status == 2 && none.errors.contains("is no run folder"))
    }

    @Test func aDamagedCheckpointIsNamed() throws {
        _ = try whole()
        let path = folder.file("whole/checkpoints/last.h5")
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes.removeLast(bytes.count / 2)
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(filePath: path))
        let outcome = try BuiltProduct.run("vuemo", ["train", "--resume", folder.file("whole"), "--quiet"])
        #expect(outcome.status == 2 && outcome.errors.contains("last.h5"), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }
}
