import Foundation
import TestSupport
import Testing

/// `vuemo ablate` and `vuemo train --seeds` as a user runs them.
@Suite struct AblateCommandTests {
    private let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }
    private var runs: String { folder.file("runs") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    private func vuemo(_ words: String...) throws -> BuiltProduct.Outcome {
        try BuiltProduct.run("vuemo", words + TrainCommandTests.small + ["--epochs", "1", "--output", runs, "--quiet"])
    }

    private struct Comparison: Decodable {
        struct Group: Decodable {
            struct Run: Decodable {
                let path: String
                let seed: Int
                let fold: Int?
            }
            struct Score: Decodable {
                let name: String
            }
            let name: String
            let runs: [Run]
            let pooled: [Score]?
        }
        struct Test: Decodable {
            let group: String
            let reference: String
            let difference: Double
            let seeds: [Int]
        }
        let by: [String]
        let groups: [Group]
        let tests: [Test]
    }

    private func comparison(_ outcome: BuiltProduct.Outcome) throws -> Comparison {
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Comparison.self, from: Data(outcome.output.utf8))
    }

    /// The configuration of a run has what its row says, and nothing else is different.
    @Test func everyModuleIsLeftOutOnce() throws {
        let found = try comparison(
            vuemo("ablate", store, "--of", "modules", "--seeds", "2", "--format", "json"))
        let settings = [
            "full": "", "without VUE": "vue: false", "without GAI": "gai: off", "without LGL": "lgl: false",
            "without speakers": "speakerEmbedding: false", "without text layer 1": "textLayers: 2,3,4",
            "without text layer 2": "textLayers: 1,3,4", "without text layer 3": "textLayers: 1,2,4",
            "without text layer 4": "textLayers: 1,2,3", "text layer 1 alone": "textLayers: 1",
            "text layer 2 alone": "textLayers: 2", "text layer 3 alone": "textLayers: 3",
            "text layer 4 alone": "textLayers: 4",
        ]
        #expect(found.groups.map(\.name).sorted() == settings.keys.sorted() && found.groups[0].name == "full")
        #expect(found.groups.allSatisfy { $0.runs.map(\.seed) == [2] })
        #expect(found.tests.map(\.group) == found.groups.dropFirst().map(\.name))
        #expect(found.tests.allSatisfy { $0.reference == "full" })
        func lines(_ path: String) throws -> Set<String> {
            let text = try String(contentsOfFile: path + "/config.yaml", encoding: .utf8)
            return Set(
                text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces).replacing(/['"]/, with: "") })
        }
        let full = try lines(found.groups[0].runs[0].path)
        for group in found.groups {
            let own = try lines(group.runs[0].path).subtracting(full)
            #expect(own == (settings[group.name] == "" ? [] : [settings[group.name] ?? "?"]), "\(group.name)")
        }
    }

    /// Each row on each fold, as `vuemo train` makes that run; the rows are paired by fold and pooled over all of them.
    @Test func rowsAreTrainedOnEveryFold() throws {
        let words = [
            "ablate", store, "--of", "modules", "--modalities", "av", "--folds", "2", "--output", runs, "--quiet",
        ]
        let options = TrainCommandTests.small + ["--epochs", "1", "--format", "json"]
        let outcome = try BuiltProduct.run("vuemo", words + options)
        let found = try comparison(outcome)
        #expect(found.groups.map(\.name) == ["full", "without VUE", "without GAI", "without LGL"])
        #expect(found.groups.allSatisfy { $0.runs.map(\.fold) == [1, 2] && $0.pooled?.count == 7 })
        #expect(found.tests.map(\.seeds) == [[1475, 1475], [1475, 1475], [1475, 1475]])
        #expect(try FileManager.default.contentsOfDirectory(atPath: runs).count == 8)
        let alone = try BuiltProduct.run(
            "vuemo",
            ["train", store, "--modalities", "av", "--folds", "2", "--fold", "2", "--set", "model.vue=false"]
                + TrainCommandTests.small + ["--epochs", "1", "--output", folder.file("alone"), "--quiet"])
        #expect(alone.status == 0, "\(alone.errors)")
        #expect(
            FileManager.default.contentsEqual(
                atPath: folder.file("alone/predictions.csv"), andPath: "\(runs)/without-vue-fold-2/predictions.csv"))
        #expect(try BuiltProduct.run("vuemo", words + options).output == outcome.output)
    }

    @Test func everySubsetOfTheModalitiesIsARow() throws {
        let text = try vuemo("ablate", store, "--format", "markdown")
        #expect(text.status == 0, "\(text.errors)")
        for row in ["avl", "al", "av", "vl", "a", "l", "v"] {
            #expect(text.output.contains("| modalities=\(row) | 1 |"), "\(text.output)")
        }
    }

    @Test(arguments: ["text", "csv", "latex"]) func everyForm(form: String) throws {
        let outcome = try vuemo("ablate", store, "--of", "modules", "--modalities", "av", "--format", form)
        #expect(outcome.status == 0 && outcome.output.contains("without LGL"), "\(outcome.errors)")
        // Neither speakers nor layers of text where there is no text.
        #expect(!outcome.output.contains("speakers") && !outcome.output.contains("layer"))
    }

    @Test func aModelWithoutModulesIsRefused() throws {
        let refused = try BuiltProduct.run(
            "vuemo", ["ablate", store, "--of", "modules", "--model", "gru", "--output", runs])
        #expect(
            refused.status == 64 && refused.errors.contains("--of modules: gru has no modules"), "\(refused.errors)")
        let twice = try vuemo("ablate", store, "--modalities", "av")
        #expect(twice.status == 64 && twice.errors.contains("leave --modalities out"))
        #expect(try folder.names() == ["store.h5"])
    }

    @Test func seedsAreComparedAndGoOn() throws {
        let words = ["train", store, "--seeds", "3,4", "--model", "gru"]
        let options = ["--set", "model.hiddenSize=8", "--epochs", "1", "--threads", "1", "--output", runs]
        let first = try BuiltProduct.run("vuemo", words + options)
        #expect(first.status == 0 && first.errors.contains("run 2 of 2: \(runs)/seed-4\n"), "\(first.errors)")
        let again = try BuiltProduct.run("vuemo", words + options)
        #expect(again.output == first.output && again.errors.contains("\(runs)/seed-3 was finished before"))
    }

    /// One after the other or at once, quiet or not: what is to be known of the data is said once, and how each run ended for each.
    @Test(arguments: [["--jobs", "1"], ["--jobs", "2"], ["--quiet"]])
    func noticesAreToldOnceAndEarlyEndsForEachRun(how: [String]) throws {
        try SyntheticStore().write(to: folder.file("never.h5")) { $0.labelNames.append("never") }
        let trained = try BuiltProduct.run(
            "vuemo",
            [
                "train", folder.file("never.h5"), "--seeds", "3,4", "--model", "linear", "--epochs", "5", "--threads",
                "1", "--set", "training.patience=1", "--set", "training.minimumImprovement=1000", "--output", runs,
            ] + how)
        #expect(trained.status == 0, "\(trained.errors)")
        let notice = "warning: no utterance of train is of the class never, so the model cannot learn it"
        #expect(trained.errors.components(separatedBy: notice).count == 2, "\(trained.errors)")
        if how == ["--quiet"] {
            #expect(trained.errors.split(separator: "\n").count == 1, "\(trained.errors)")
        } else {
            for run in how.last == "1" ? ["run 1 of 2", "run 2 of 2"] : ["seed-3", "seed-4"] {
                #expect(trained.errors.contains("\n\(run): stopped after epoch 2 of 5: no better"), "\(trained.errors)")
            }
        }
    }
}
