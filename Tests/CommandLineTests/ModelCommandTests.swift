import Configuration
import ConversationModels
import Foundation
import Models
import TestSupport
import Testing

/// Every kind of model by the commands that take one.
@Suite struct ModelCommandTests {
    private static let names = ModelRegister.all.models.map(\.name)
    private let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    /// Options for a model that trains in milliseconds.
    private func options(_ name: String) -> [String] {
        let keys = ModelRegister.all[name]?.defaults.entries.map(\.name) ?? []
        let sizes = keys.filter { $0.hasSuffix("Size") }.map { "model.\($0)=8" }
        return ["--model", name, "--threads", "1", "--batch-size", "2", "--quiet"] + sizes.flatMap { ["--set", $0] }
    }

    /// Trains, goes on, evaluates; a run that went on has the bits of one that was longer from the start.
    @Test(arguments: names) func trainsGoesOnAndEvaluates(name: String) throws {
        func train(_ run: String, epochs: String) throws -> BuiltProduct.Outcome {
            try BuiltProduct.run(
                "vuemo", ["train", store, "--output", folder.file(run), "--epochs", epochs] + options(name))
        }
        let whole = try train("whole", epochs: "3")
        #expect(whole.status == 0 && whole.errors.isEmpty, "\(whole.errors)")
        #expect(try train("part", epochs: "2").status == 0)
        let resumed = try BuiltProduct.run(
            "vuemo", ["train", "--resume", folder.file("part"), "--epochs", "3", "--quiet"])
        #expect(resumed.status == 0 && resumed.output == whole.output, "\(resumed.errors)")
        #expect(try BuiltProduct.run("vuemo", ["evaluate", folder.file("whole"), "--split", "valid"]).status == 0)
    }

    /// All subsets of the modalities, then two kinds of models against each other.
    @Test func ablatesAndCompares() throws {
        let ablation = try BuiltProduct.run(
            "vuemo", ["ablate", store, "--output", folder.file("m3net"), "--epochs", "1"] + options("m3net"))
        #expect(ablation.status == 0, "\(ablation.errors)")
        for subset in ["avl", "av", "al", "vl", "a", "v", "l"] {
            #expect(FileManager.default.fileExists(atPath: folder.file("m3net/\(subset)/result.json")), "\(subset)")
        }
        let linear = try BuiltProduct.run(
            "vuemo", ["train", store, "--output", folder.file("linear"), "--epochs", "1"] + options("linear"))
        #expect(linear.status == 0, "\(linear.errors)")
        let compared = try BuiltProduct.run(
            "vuemo", ["compare", folder.file("m3net/avl"), folder.file("linear"), "--by", "model.name"])
        #expect(compared.status == 0, "\(compared.errors)")
        #expect(compared.output.contains("m3net") && compared.output.contains("linear"), "\(compared.output)")
    }

    @Test func helpListsEveryModelWithItsKeys() throws {
        let help = try BuiltProduct.run("vuemo", ["train", "--help"]).output
        for model in ModelRegister.all.models {
            let listed = try #require(help.firstRange(of: "\n  \(model.name): "))
            let keys = help[listed.upperBound...].prefix { $0 != "\n" }
            #expect(model.defaults.entries.first.map { keys.hasPrefix($0.name) } ?? false, "\(model.name): \(keys)")
        }
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
