import Foundation
import TestSupport
import Testing

/// What a user can ask of `vuemo train` before and during a run: what it would be, a checkpoint, an end after some time.
@Suite struct TrainControlTests {
    private let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }
    private var run: String { folder.file("run") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    private func train(_ options: String...) throws -> BuiltProduct.Outcome {
        try BuiltProduct.run("vuemo", ["train", store, "--output", run] + TrainCommandTests.small + options)
    }

    @Test func aDryRunSaysWhatTheRunWouldBe() throws {
        let text = try train("--dry-run")
        #expect(text.status == 0, "\(text.errors)")
        for part in ["nothing was written", "folder:     \(run)", "3 steps", "3 epochs", "another batch size is"] {
            #expect(
                text.output.replacing(/\s+/, with: " ").contains(part.replacing(/\s+/, with: " ")),
                "\(part): \(text.output)")
        }
        let json = try train("--dry-run", "--format", "json", "--quiet")
        #expect(json.errors.isEmpty)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["folder"] as? String == run && object["steps_per_epoch"] as? Int == 3)
        #expect((object["parameters_sized_for"] as? [String: Int])?["dialogues"] == 2)
        #expect((object["seconds_per_run"] as? Double ?? 0) > 0)
        #expect(try folder.names() == ["store.h5"])
        for other in [["--seeds", "1,2"], ["--resume", run], ["--print-config"]] {
            let refused = try BuiltProduct.run("vuemo", ["train", store, "--dry-run"] + other)
            #expect(refused.status == 64 && refused.errors.contains("--dry-run tells of one new run"))
        }
    }

    @Test func theTimeIsUpAndTheRunGoesOn() throws {
        let outcome = try train("--epochs", "100000", "--time-limit", "1s", "--quiet")
        #expect(outcome.status == 75)
        #expect(
            outcome.errors.hasPrefix("the time is up: stopped in epoch ")
                && outcome.errors.hasSuffix("; resume with: vuemo train --resume \(run)\n"), "\(outcome.errors)")
        let again = try BuiltProduct.run("vuemo", ["train", "--resume", run, "--time-limit", "00:00:01", "--quiet"])
        #expect(again.status == 75)
        let wrong = try train("--time-limit", "soon")
        #expect(wrong.status == 64 && wrong.errors.contains("--time-limit takes a time such as"))
    }

    @Test func aSignalAsksForACheckpointAndTheRunGoesOn() throws {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: BuiltProduct.folder + "/vuemo")
        process.arguments = ["train", store, "--output", run] + TrainCommandTests.small + ["--epochs", "100000"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        var text = ""
        var asked = false
        // Its first epoch, the answer, and an epoch after that.
        while process.isRunning, let data = try errors.fileHandleForReading.read(upToCount: 1), !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
            if !asked, text.contains("epoch 1/100000") {
                kill(process.processIdentifier, SIGUSR1)
                asked = true
            }
            if let answer = text.range(of: "wrote \(run)/checkpoints/last.h5\n"),
                text[answer.upperBound...].contains("  loss ")
            {
                kill(process.processIdentifier, SIGTERM)
                break
            }
        }
        text += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(asked && text.contains("wrote \(run)/checkpoints/last.h5\n"), "\(text.suffix(1000))")
        #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGTERM)
    }

    /// One processor of those that there are, as Slurm or taskset leave it.
    @Test func theAffinityDecidesTheNumberOfThreads() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); os.execv(sys.argv[1], sys.argv[1:])",
            BuiltProduct.folder + "/vuemo", "train", store, "--print-config",
        ]
        let outcome = try BuiltProduct.run(process)
        #expect(outcome.status == 0 && outcome.output.contains("\n  threads: 1\n"), "\(outcome.errors)")
    }
}
