import Foundation
import TestSupport
import Testing

/// `vuemo sweep` as a user runs it.
@Suite struct SweepCommandTests {
    private let folder: TemporaryFolder
    private var plan: String { folder.file("sweep.yaml") }
    private var runs: String { folder.file("runs") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    private func write(_ parameters: String, epochs: Int = 2, method: String = "method: grid\n") throws {
        let text = """
            store: \(folder.file("store.h5"))
            \(method)configuration:
              training: {epochs: \(epochs), threads: 1, batchSize: 2}
              model: {name: gru, hiddenSize: 8}
            parameters:
            \(parameters)
            """
        try Data(text.utf8).write(to: URL(filePath: plan))
    }

    private func sweep(_ options: String...) throws -> BuiltProduct.Outcome {
        try BuiltProduct.run("vuemo", ["sweep", plan, "--output", runs] + options)
    }

    /// The table and every run's predictions.
    private func outcome(in runs: String) throws -> [String] {
        let table = try BuiltProduct.run("vuemo", ["sweep", plan, "--output", runs, "--format", "json", "--quiet"])
        #expect(table.status == 0, "\(table.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: runs).sorted()
        return try [table.output.replacing(runs, with: "")] + names
            + names.map { try String(contentsOfFile: "\(runs)/\($0)/predictions.csv", encoding: .utf8) }
    }

    @Test func trainsAndPrintsTheTable() throws {
        try write("  optimizer.learningRate: [0.01, 0.001]\n  model.dropout: [0.1, 0.5]")
        let outcome = try sweep()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("SYNTHETIC, grid, 4 combinations by their valid W-F1\n"), "\(outcome.output)")
        #expect(outcome.output.contains("The best on test: W-F1 "))
        #expect(outcome.errors.contains("run 1 of 4: \(runs)/learningRate=0.01,dropout=0.1\n"), "\(outcome.errors)")
        #expect(outcome.errors.contains("run 4 of 4: epoch 2/2  loss "))
        let again = try sweep("--format", "csv", "--quiet")
        #expect(again.status == 0 && again.errors.isEmpty && again.output.split(separator: "\n").count == 5)
        let listed = try sweep("--dry-run")
        #expect(listed.output.hasPrefix("4 combinations\n\nin \(runs):\n  learningRate=0.01,dropout=0.1\n"))
    }

    /// The same when it is killed over and over, at no chosen moment, and started again.
    @Test(arguments: [[], ["--jobs", "2"]]) func aKilledSweepGoesOnToTheSameTable(_ jobs: [String]) throws {
        try write(
            "  optimizer.learningRate: {min: 1e-4, max: 0.1, scale: log}", epochs: 9,
            method: "method: halving\ndraws: 6\n")
        let expected = try outcome(in: folder.file("whole"))
        var kills = 0
        for attempt in 0..<12 {
            if try broken(by: SIGKILL, after: 0.02 * Double(attempt + 1), jobs) == -SIGKILL { kills += 1 }
        }
        #expect(kills > 0)
        let ended = try BuiltProduct.run("vuemo", ["sweep", plan, "--output", runs, "--quiet"] + jobs)
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try outcome(in: runs) == expected)
    }

    /// Starts the sweep, sends it a signal after some seconds, and waits for its end.
    private func broken(by signal: Int32, after seconds: Double, _ options: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: BuiltProduct.folder + "/vuemo")
        process.arguments = ["sweep", plan, "--output", runs, "--quiet"] + options
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        Thread.sleep(forTimeInterval: seconds)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    @Test func severalAtOnceGiveTheSame() throws {
        try write("  optimizer.learningRate: [1e30, 0.01, 0.001, 0.1]")
        let (one, two) = (try sweep("--format", "json", "--quiet"), folder.file("two"))
        let outcome = try BuiltProduct.run(
            "vuemo", ["sweep", plan, "--output", two, "--format", "json", "--jobs", "3"])
        #expect(one.status == 2 && outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.replacing(two, with: runs) == one.output)
        #expect(outcome.errors.contains("run 4 of 4: \(two)/learningRate=0.1\n"), "\(outcome.errors)")
        #expect(outcome.errors.contains("learningRate=0.1: epoch 2/2  loss "), "\(outcome.errors)")
        let wrong = try sweep("--jobs", "0")
        #expect(wrong.status == 64 && wrong.errors.contains("--jobs takes a number from 1 to 256."))
    }

    /// The processes of the runs are told too, write their checkpoints, and are gone when the command is.
    @Test func severalAtOnceStopTogether() throws {
        try write("  optimizer.learningRate: [0.01, 0.001]", epochs: 100_000)
        // Until both have begun.
        var seconds = 1.0
        while try broken(by: SIGTERM, after: seconds, ["--jobs", "2"]) != 128 + SIGTERM
            || (try? FileManager.default.contentsOfDirectory(atPath: runs).count) != 2
        {
            seconds += 1
            try #require(seconds < 30)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: runs) {
            // Nobody holds it any more.
            let descriptor = open("\(runs)/\(name)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            close(descriptor)
        }
    }

    @Test func aRunThatFailsIsToldAtTheEnd() throws {
        try write("  optimizer.learningRate: [1e30, 0.01]")
        let outcome = try sweep()
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("failed") && outcome.output.contains("The best on test"), "\(outcome.output)")
        let last = outcome.errors.split(separator: "\n").last ?? ""
        #expect(
            last.hasPrefix("Error: 1 of 2 runs failed (\(runs)/learningRate=1.0e+30); the first because: "), "\(last)")
    }

    @Test func twoCannotTrainTheSameRuns() throws {
        try write("  optimizer.learningRate: [0.01]")
        try FileManager.default.createDirectory(atPath: runs, withIntermediateDirectories: false)
        let descriptor = open(runs, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let outcome = try sweep()
        close(descriptor)
        #expect(
            outcome.status == 2 && outcome.errors.contains("another vuemo is training the runs of \(runs)"),
            "\(outcome.errors)")
        #expect(try sweep("--quiet").status == 0)
    }

    @Test func theTimeIsUp() throws {
        try write("  optimizer.learningRate: [0.01, 0.001]", epochs: 100_000)
        let outcome = try sweep("--time-limit", "1s", "--format", "json")
        #expect(outcome.status == 75, "\(outcome.errors)")
        #expect(
            outcome.errors.hasSuffix("the time is up; the same command goes on where it was\n"), "\(outcome.errors)")
        #expect(outcome.output.contains("\"error\":\"the time is up; the same command goes on where it was\""))
    }

    /// The example of docs/training.md, with a store of three modalities.
    @Test func theExampleOfTheDocumentIsAPlan() throws {
        let page = try ProjectFiles.text("docs/training.md")
        let examples = page.components(separatedBy: "```yaml\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
        #expect(examples.count == 2)
        for (example, expected) in zip(
            examples, ["40 combinations with 3 seeds × 5 folds each\n", "round 1: 27 combinations, 1 epoch\n"])
        {
            try Data(example.utf8).write(to: URL(filePath: plan))
            let outcome = try BuiltProduct.run(
                "vuemo", ["sweep", plan, "--store", folder.file("store.h5"), "--dry-run"])
            #expect(outcome.status == 0 && outcome.output.hasPrefix(expected), "\(outcome.errors) \(outcome.output)")
        }
    }

    @Test func faultsOfThePlanAreTold() throws {
        try write("  optimizer.learnigRate: [0.01]")
        let misspelt = try sweep()
        #expect(misspelt.status == 2)
        #expect(
            misspelt.errors
                == "Error: \(plan), line 7: there is no key optimizer.learnigRate; did you mean optimizer.learningRate?\n"
        )
        try Data("parameters: {model.dropout: [0.1]}\n".utf8).write(to: URL(filePath: plan))
        let nameless = try sweep()
        #expect(nameless.status == 2 && nameless.errors.contains("no store is named; write store: FILE.h5 there"))
        let missing = try BuiltProduct.run("vuemo", ["sweep", folder.file("none.yaml")])
        #expect(missing.status == 2 && missing.errors.contains("none.yaml cannot be read (no such file or folder)"))
        #expect(try folder.names() == ["store.h5", "sweep.yaml"])
    }
}
