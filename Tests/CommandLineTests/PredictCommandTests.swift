import FeatureStore
import Foundation
import TestSupport
import Testing

/// `vuemo predict` and `vuemo evaluate` on other stores, as a user runs them.
@Suite struct PredictCommandTests {
    private let folder: TemporaryFolder
    private let store, run: String

    init() throws {
        let trained = try TrainedRunFolder()
        (folder, store, run) = (trained.folder, trained.store, trained.run)
    }

    private func vuemo(_ words: String...) throws -> BuiltProduct.Outcome { try BuiltProduct.run("vuemo", words) }

    @Test func writesRowsToStandardOutputAndToFiles() throws {
        let shown = try vuemo("predict", run, store, "--quiet", "--split", "test")
        #expect(shown.status == 0 && shown.errors.isEmpty, "\(shown.errors)")
        let lines = shown.output.split(separator: "\n")
        #expect(lines[0] == "dialogue,utterance,sentence,speaker,gold,predicted,class 0,class 1,class 2")
        let count = try String(contentsOfFile: run + "/predictions.csv", encoding: .utf8).split(separator: "\n").count
        #expect(lines.count == count)
        let file = try vuemo("predict", run, store, "--quiet", "--split", "test", "-o", folder.file("p.csv"))
        #expect(file.status == 0 && file.output == "predictions: \(folder.file("p.csv"))\n")
        #expect(try String(contentsOfFile: folder.file("p.csv"), encoding: .utf8) == shown.output)
        let explained = try vuemo("predict", run, store, "--quiet", "--split", "test", "--explain").output
        let names = "class 2,without_text,without_audio,without_visual,without_context,without_speaker"
        #expect(explained.split(separator: "\n").first?.hasSuffix(names) == true)
        #expect(explained.split(separator: "\n")[1].hasPrefix(lines[1] + ","))
        let json = try vuemo("predict", run, run, store, "--quiet", "-o", folder.file("p.jsonl"))
        #expect(json.status == 0, "\(json.errors)")
        let first = try String(contentsOfFile: folder.file("p.jsonl"), encoding: .utf8).split(separator: "\n")[0]
        let row = try JSONSerialization.jsonObject(with: Data(first.utf8)) as? [String: Any]
        #expect(row?["dialogue"] as? String == "dialogue-0" && row?["gold"] as? String == "class 0")
    }

    @Test func aFileIsReplacedOnlyOnRequestAndWhole() throws {
        let output = folder.file("p.csv")
        try Data("mine".utf8).write(to: URL(filePath: output))
        let refused = try vuemo("predict", run, store, "-o", output)
        #expect(refused.status == 2 && refused.errors.contains("--force"), "\(refused.errors)")
        // A store that fails in the middle leaves what is there.
        let bad = folder.file("nan.h5")
        try SyntheticStore().write(
            to: bad, options: StoreWriterOptions(refusesNonFiniteValues: false),
            changingRows: { feature, rows in if feature.name == "audio" { rows[rows.count - 1] = .nan } })
        let failed = try vuemo("predict", run, bad, "-o", output, "--force", "--skip-verification")
        #expect(failed.status == 2 && failed.errors.contains("holds NaN or infinity"), "\(failed.errors)")
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "mine")
        let own = try vuemo("predict", run, store, "-o", store, "--force")
        #expect(own.status == 2 && own.errors.contains("it is the store"), "\(own.errors)")
        #expect(try vuemo("predict", run, store, "-o", output, "--force", "--quiet").status == 0)
        #expect(try String(contentsOfFile: output, encoding: .utf8).hasPrefix("dialogue,"))
        #expect(try folder.names() == ["nan.h5", "p.csv", "run", "store.h5"])
    }

    @Test func anotherStoreIsEvaluated() throws {
        let other = folder.file("other.h5")
        var synthetic = SyntheticStore()
        synthetic.seed = 5
        try synthetic.write(to: other) { $0.labelNames[0] = "joy" }
        let refused = try vuemo("evaluate", run, other)
        #expect(refused.status == 2 && refused.errors.contains("but not joy; say which is which"), "\(refused.errors)")
        let mapped = try vuemo("evaluate", run, other, "--class-map", "joy=class 0", "--quiet")
        // The line is broken between words.
        let words = mapped.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(mapped.status == 0 && words.contains("on \(other), whose content_id is"), "\(mapped.errors)")
        let partly = try vuemo(
            "evaluate", run, other, "--class-map", "class 1=class 2", "--split", "all", "--format", "json")
        let json = try JSONSerialization.jsonObject(with: Data(partly.output.utf8)) as? [String: Any]
        let lost = json?["unmapped_classes"] as? [String: Int]
        #expect(lost?["joy"] ?? 0 > 0 && json?["split"] as? String == "all", "\(partly.errors)")
        // Its own store, found by its content.
        let copy = folder.file("copy.h5")
        try FileManager.default.copyItem(atPath: store, toPath: copy)
        let own = try vuemo("evaluate", run, copy, "--format", "json")
        #expect(own.output == (try String(contentsOfFile: run + "/result.json", encoding: .utf8)))
        let warned = try vuemo("predict", run, other, "--class-map", "class 1=class 1", "-o", folder.file("p.csv"))
        #expect(warned.errors.contains("no gold class is written for what the run has no class for: joy ("))
        #expect(try folder.names() == ["copy.h5", "other.h5", "p.csv", "run", "store.h5"])
        #expect(try vuemo("predict", run, other, "--without-gold", "--quiet").status == 0)
    }

    @Test(arguments: [
        (["predict", "run"], "Give a run and the store to predict"),
        (["predict", "run", "store.h5", "--class-map", "joy"], "--class-map takes pairs"),
        (["predict", "run", "store.h5", "--class-map", "a=b", "--without-gold"], "give one"),
        (["predict", "run", "store.h5", "--force"], "name it with --output"),
        (["predict", "run", "store.h5", "--batch-size", "0"], "--batch-size takes a number of at least 1"),
        (["evaluate", "run", "store.h5", "--store", "store.h5"], "leave it out to evaluate on another one"),
        (["evaluate", "run", "--split", "dev"], "--split must be one of train, valid, test, all"),
    ]) func wrongUsageIsExplained(words: [String], answer: String) throws {
        let outcome = try BuiltProduct.run("vuemo", words)
        #expect(outcome.status == 64 && outcome.errors.contains(answer), "\(outcome.errors)")
    }
}
