import FeatureStore
import Foundation
import TestSupport
import Testing

/// Folds, groups, classes and targets of `vuemo train`, as a user runs it.
@Suite struct ProtocolTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5")) { manifest in
            for index in manifest.dialogues.indices { manifest.dialogues[index].id = "Ses0\(index % 3 + 1)_\(index)" }
            let labels = manifest.labels.indices.map { Int32($0 % 4 == 0 ? -1 : $0 % 2) }
            manifest.targets = [LabelSet(name: "sentiment", labelNames: ["negative", "positive"], labels: labels)]
        }
    }

    /// Options for a model that trains in milliseconds.
    private static let tiny = [
        "--threads", "1", "--epochs", "3", "--batch-size", "2", "--learning-rate", "0.01", "--set",
        "model.hiddenSize=8",
    ]

    private func train(_ options: String..., output: String = "runs") throws -> BuiltProduct.Outcome {
        try BuiltProduct.run(
            "vuemo",
            ["train", folder.file("store.h5"), "--output", folder.file(output), "--quiet", "--model", "gru"]
                + Self.tiny + options)
    }

    private func json(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: folder.file(path)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func run(of path: String) throws -> [String: Any] { try #require(try json(path)["run"] as? [String: Any]) }

    /// What lies in a folder.
    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(path)).sorted()
    }

    /// The dialogues of a run's predictions.
    private func tested(_ run: String) throws -> Set<String> {
        let text = try String(contentsOfFile: folder.file("\(run)/predictions.csv"), encoding: .utf8)
        return Set(text.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "," }) })
    }

    @Test func foldsAreRunsOfTheirOwnWithASummary() throws {
        let outcome = try train("--folds", "3")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("gru, pooled") && outcome.output.contains("± "))
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try names("runs") == ["fold-1", "fold-2", "fold-3"])
        var all: [String] = []
        for fold in 1...3 {
            let tested = try tested("runs/fold-\(fold)")
            all += tested
            // What `vuemo split` would put into a store.
            let split = folder.file("split-\(fold).h5")
            let made = try BuiltProduct.run(
                "vuemo",
                ["split", folder.file("store.h5"), "--folds", "3", "--fold", "\(fold)", "--stratify", "-o", split])
            #expect(made.status == 0)
            let store = try Store(opening: split)
            #expect(tested == Set(store.dialogues(inSplit: "test").map { store.dialogues[$0].id }))
            #expect(try run(of: "runs/fold-\(fold)/result.json")["test"] as? String == "fold \(fold) of 3")
        }
        #expect(all.count == 11 && Set(all).count == 11)
        // The same command does nothing twice.
        let before = try String(contentsOfFile: folder.file("runs/fold-2/metrics.jsonl"), encoding: .utf8)
        let again = try train("--folds", "3")
        #expect(again.status == 0 && again.output == outcome.output)
        #expect(try String(contentsOfFile: folder.file("runs/fold-2/metrics.jsonl"), encoding: .utf8) == before)
        let compared = try BuiltProduct.run("vuemo", ["compare"] + (1...3).map { folder.file("runs/fold-\($0)") })
        #expect(compared.output == outcome.output)
        // One fold alone is the same run.
        #expect(try train("--folds", "3", "--fold", "2", output: "one").status == 0)
        #expect(
            FileManager.default.contentsEqual(
                atPath: folder.file("one/predictions.csv"), andPath: folder.file("runs/fold-2/predictions.csv")))
    }

    /// Killed in the middle, the same command ends as one that was never stopped.
    @Test func foldsGoOnAfterAKill() throws {
        #expect(try train("--folds", "2", "--seeds", "1,2", "--epochs", "20", output: "whole").status == 0)
        let process = Process()
        process.executableURL = URL(filePath: BuiltProduct.folder + "/vuemo")
        process.arguments =
            ["train", folder.file("store.h5"), "--output", folder.file("runs"), "--quiet", "--model", "gru"]
            + Self.tiny + ["--folds", "2", "--seeds", "1,2", "--epochs", "20"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let metrics = folder.file("runs/seed-1-fold-2/metrics.jsonl")
        while process.isRunning, ((try? Data(contentsOf: URL(filePath: metrics)).count) ?? 0) == 0 {
            Thread.sleep(forTimeInterval: 0.001)
        }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        #expect(try train("--folds", "2", "--seeds", "1,2", "--epochs", "20").status == 0)
        for run in ["seed-1-fold-1", "seed-1-fold-2", "seed-2-fold-1", "seed-2-fold-2"] {
            for file in ["predictions.csv", "result.json"] {
                #expect(
                    FileManager.default.contentsEqual(
                        atPath: folder.file("runs/\(run)/\(file)"), andPath: folder.file("whole/\(run)/\(file)")),
                    "\(run) \(file)")
            }
        }
    }

    @Test func groupsAreLeftOutInTurn() throws {
        let outcome = try train("--leave-group-out", "session")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try names("runs") == ["group-Ses01", "group-Ses02", "group-Ses03"])
        #expect(try tested("runs/group-Ses02") == ["Ses02_1", "Ses02_4", "Ses02_7", "Ses02_10"])
        #expect(try run(of: "runs/group-Ses02/result.json")["test"] as? String == "group Ses02 of 3")
        let valid = try BuiltProduct.run("vuemo", ["evaluate", folder.file("runs/group-Ses02"), "--split", "valid"])
        #expect(valid.status == 0 && valid.output.hasPrefix("valid, epoch"))
        // Options that lead through another evaluation do not lead to the store's split test.
        let other = try BuiltProduct.run(
            "vuemo", ["evaluate", folder.file("runs/group-Ses02"), "--batch-size", "1", "--format", "json"])
        let figures = try #require(try JSONSerialization.jsonObject(with: Data(other.output.utf8)) as? [String: Any])
        let own = try json("runs/group-Ses02/result.json")
        #expect(figures["confusion"] as? [[Int]] == own["confusion"] as? [[Int]], "\(other)")
        #expect(figures["weighted_f1"] as? Double == own["weighted_f1"] as? Double)
    }

    @Test func classesAndTargetsAreChosen() throws {
        let merged = try train("--classes", "class 2+class 0=far,class 1", output: "merged")
        #expect(merged.status == 0 && merged.output.contains("\nfar  ") && !merged.output.contains("class 2"))
        #expect(try run(of: "merged/result.json")["classes"] as? [String] == ["far", "class 1"])
        let evaluated = try BuiltProduct.run("vuemo", ["evaluate", folder.file("merged"), "--format", "json"])
        #expect(try evaluated.output == String(contentsOfFile: folder.file("merged/result.json"), encoding: .utf8))

        let sentiment = try train("--target", "sentiment", output: "sentiment")
        #expect(sentiment.status == 0 && sentiment.output.contains("\npositive  "))
        #expect(try run(of: "sentiment/result.json")["target"] as? String == "sentiment")
        let other = try BuiltProduct.run("vuemo", ["compare", folder.file("merged"), folder.file("sentiment")])
        #expect(other.status == 2 && other.errors.contains("other classes"))
        let changed = try BuiltProduct.run(
            "vuemo", ["train", "--resume", folder.file("merged"), "--classes", "class 0,class 1"])
        #expect(
            changed.status == 64 && changed.errors.contains("--classes: data.classes is class 2+class 0=far,class 1"))
    }

    @Test(arguments: [
        (["--target", "arousal"], 2, "it has emotion, sentiment"),
        (["--classes", "class 0,klass 1"], 2, "no class 'klass 1'"),
        (["--classes", "class 0"], 2, "one class only ('class 0')"),
        (["--folds", "20"], 2, "cannot be divided into 20 parts"),
        (["--folds", "20", "--set", "training.loss=cross-entropy"], 2, "cannot be divided into 20 parts"),
        (["--leave-group-out", "speaker"], 2, "numbered within each dialogue"),
        (["--leave-group-out", "(Ses09)"], 2, "says of 11 of 11 dialogues no group"),
        (["--valid-from", "train:0.2"], 2, "has a split valid already"),
        (["--folds", "3", "--leave-group-out", "session"], 64, "divides the dialogues by itself"),
        (["--fold", "3"], 64, "--fold is one part of --folds"), (["--folds", "1"], 64, "from 2 to 100000"),
        (["--folds", "3", "--fold", "4"], 2, "data.fold is 4, and there are 3 folds"),
        (
            ["--protocol", "paper", "--valid-from", "train:0.1", "--folds", "3", "--fold", "1"], 2,
            "trains on valid too"
        ),
    ]) func whatCannotBeIsOneSentence(_ options: [String], _ status: Int, _ words: String) throws {
        let told = try BuiltProduct.run(
            "vuemo",
            ["train", folder.file("store.h5"), "--output", folder.file("runs"), "--quiet", "--model", "gru"]
                + Self.tiny + options)
        #expect(Int(told.status) == status && told.errors.contains(words), "\(told)")
        if status == 2 { #expect(told.errors.split(separator: "\n").count == 1, "\(told.errors)") }
        #expect(!FileManager.default.fileExists(atPath: folder.file("runs/result.json")))
    }

    @Test func whatIsChosenOnTestSaysSoEverywhere() throws {
        let trained = try train("--protocol", "paper", output: "paper")
        let evaluated = try BuiltProduct.run("vuemo", ["evaluate", folder.file("paper")])
        for text in [trained.output, evaluated.output] {
            #expect(text.contains("(chosen on test)"))
            #expect(text.replacing("\n", with: " ").contains("protocol paper: the epoch was chosen on test"))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        }
        #expect(try run(of: "paper/result.json")["chosen_on_test"] as? Bool == true)
        let compared = try BuiltProduct.run("vuemo", ["compare", folder.file("paper")])
        #expect(compared.output.contains("† the epochs were chosen on test"))
        #expect(try train(output: "sound").output.contains("chosen on test") == false)
    }
}
