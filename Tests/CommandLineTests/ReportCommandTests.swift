import Foundation
import TestSupport
import Testing

/// `vuemo report` as a user runs it.
@Suite struct ReportCommandTests {
    private let folder: TemporaryFolder
    private var store: String { folder.file("store.h5") }
    private var page: String { folder.file("page.html") }

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
    }

    private func train(_ name: String, _ options: [String]) throws {
        let outcome = try BuiltProduct.run(
            "vuemo", ["train", store, "--quiet", "--output", folder.file(name)] + TrainCommandTests.small + options)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func report(_ words: [String]) throws -> BuiltProduct.Outcome {
        try BuiltProduct.run("vuemo", ["report"] + words)
    }

    @Test func runsBecomeAPage() throws {
        try train("a", ["--seed", "1"])
        try train("b", ["--seed", "1", "--variant", "corrected"])
        let both = [folder.file("a"), folder.file("b")]
        let outcome = try report(both + ["-o", page, "--figures", folder.file("figures")])
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        let figures = try FileManager.default.contentsOfDirectory(atPath: folder.file("figures"))
        #expect(
            lines.first == "report: \(page)" && lines.last == "figures: \(figures.count) in \(folder.file("figures"))")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(
            html.contains("Confusion: corrected") && html.contains("Sentence of dialogue-")
                && html.contains("p McNemar"))
        #expect(figures.contains("weights-1.svg"))
        #expect(figures.contains("confusion-2.svg") && !html.contains("<script"))

        // What is there stays, unless it may be replaced.
        let again = try report([both[0], "-o", page])
        #expect(again.status == 2 && again.errors.contains("--force"))
        #expect(try report([both[0], "-o", page, "--force"]).status == 0)
        let figure = try report([both[0], "-o", folder.file("two.html"), "--figures", folder.file("figures")])
        #expect(figure.status == 2 && figure.errors.contains(".svg"))
    }

    @Test func aStoreThatIsGoneIsToldAndAWrongOneRefused() throws {
        try train("a", [])
        try FileManager.default.moveItem(atPath: store, toPath: folder.file("moved.h5"))
        let without = try report([folder.file("a"), "-o", page])
        #expect(without.status == 0 && without.errors.contains("warning: the sentences and the map of embeddings are"))
        #expect(without.errors.contains("there is no such file") && without.errors.split(separator: "\n").count == 1)
        #expect(try !String(contentsOfFile: page, encoding: .utf8).contains("Sentence of"))
        let found = try report([folder.file("a"), "-o", page, "--force", "--store", folder.file("moved.h5")])
        #expect(found.status == 0 && found.errors == "")
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("Sentence of"))
        var other = SyntheticStore()
        other.seed = 2
        try other.write(to: store)
        let changed = try report([folder.file("a"), "-o", page, "--force"])
        #expect(changed.status == 0 && changed.errors.contains("has another content"))
        let wrong = try report([folder.file("a"), "-o", page, "--force", "--store", store])
        #expect(wrong.status == 2 && wrong.errors.contains("holds other data (content_id "))
    }

    @Test func aStoreBecomesAPage() throws {
        let outcome = try report([store, "-o", page])
        #expect(outcome.status == 0 && outcome.output == "report: \(page)\n", "\(outcome.errors)")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<title>SYNTHETIC: data</title>") && html.contains("Transitions between emotions"))
        #expect(try report([store, "-o", store]).errors.contains("is what is read"))
    }

    @Test func whatIsNeitherIsRefused() throws {
        try train("a", [])
        for (words, status, text) in [
            ([folder.file("none"), "-o", page], 2, "there is no such file"),
            ([folder.file("a/checkpoints"), "-o", page], 2, "is no run folder"),
            ([store, folder.file("a"), "-o", page], 64, "not both"),
            ([store, store, "-o", page], 64, "takes one store"),
            ([store, "--by", "variant", "-o", page], 64, "takes one store"),
            ([folder.file("a"), "--by", "colour", "-o", page], 2, "'colour' is no key"),
            ([folder.file("a")], 64, "--output"),
        ] as [([String], Int32, String)] {
            let outcome = try report(words)
            #expect(outcome.status == status && outcome.errors.contains(text), "\(words): \(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: page))
    }
}
