import Configuration
import Experiments
import FeatureStore
import Files
import Foundation
import Models
import TestSupport
import Testing
import Training

@testable import Reports

/// A store with three test dialogues, and runs on it whose answers a test states itself.
struct Runs {
    let folder: TemporaryFolder
    let store: Store

    init(changing: (inout StoreManifest) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 4, valid: 2, test: 3)
        synthetic.utterances = 4...4
        try synthetic.write(to: folder.file("store.h5"), changing: changing)
        store = try Store(opening: folder.file("store.h5"))
    }

    func train(_ name: String, _ settings: String...) throws -> FinishedRun {
        let assignments = ["model.hiddenSize=8", "training.epochs=2"] + settings
        let configuration = try RunConfiguration.resolve(
            dataset: DatasetFacts(store), preset: nil,
            assignments: assignments.map { try ConfigurationAssignment(setting: $0) }, threads: 1, models: .all)
        _ = try TrainingRun.start(
            .init(store: store, configuration: configuration, output: folder.file(name), toolVersion: "1.2.3")
        ).run()
        return try FinishedRun(RunFolder(folder.file(name)), models: .all)
    }

    /// Replaces the answers of a run.
    /// - Parameter answers: For each utterance of test a predicted class and its probability; the rest goes to the other classes.
    func answer(_ run: FinishedRun, _ answers: [(predicted: Int, probability: Double)]) throws -> FinishedRun {
        var lines = ["dialogue,utterance,speaker,gold,predicted,\(run.classes.joined(separator: ","))"]
        for (row, answer) in zip(run.predictions.rows, answers) {
            let rest = (1 - answer.probability) / Double(run.classes.count - 1)
            let probabilities = run.classes.indices.map { "\($0 == answer.predicted ? answer.probability : rest)" }
            let names = [row.dialogue, row.utterance, row.speaker, row.gold, run.classes[answer.predicted]]
            lines.append(
                (names.map { "\"\($0.replacing("\"", with: "\"\""))\"" } + probabilities).joined(separator: ","))
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: run.folder.predictions))
        return try FinishedRun(run.folder, models: .all)
    }
}

@Suite struct RunReportTests {
    /// Classes 0 1 2 0 | 1 2 0 1 | 2 0 1 2, as the store counts them on through the dialogues of test.
    private func answers(_ answers: [(predicted: Int, probability: Double)]) throws -> RunAnswers {
        let runs = try Runs { manifest in
            // The test split begins at row 24.
            for (row, label) in [0, 1, 1, 0, 1, 2, -1, 1, 2, 2, 2, 2].enumerated() {
                manifest.labels[24 + row] = Int32(label)
            }
            for row in 24..<36 { manifest.speakers[row] = UInt32(row % 2) }
        }
        return RunAnswers(try RunComparison([runs.answer(runs.train("run"), answers)]))
    }

    private static let told: [(predicted: Int, probability: Double)] = [
        (0, 0.9), (1, 0.8), (0, 0.7), (0, 0.6), (1, 0.95), (1, 0.99), (0, 0.5), (2, 0.9), (2, 0.4), (2, 0.5), (0, 0.45),
        (2, 1),
    ]

    @Test func answersAreNumbers() throws {
        let answers = try answers(Self.told)
        #expect(answers.gold == [0, 1, 1, 0, 1, 2, -1, 1, 2, 2, 2, 2])
        #expect(answers.dialogues == [0..<4, 4..<8, 8..<12] && answers.labelled.count == 11)
        let run = answers.groups[0].runs[0]
        #expect(run.predicted == Self.told.map(\.predicted) && run.confidence == Self.told.map(\.probability))
        #expect(answers.confusion(run).rows == [[2, 0, 0], [1, 2, 1], [1, 1, 3]])
        let all = try #require(answers.accuracy(of: answers.groups[0], over: answers.labelled))
        #expect(abs(all.mean - 700.0 / 11) < 1e-9 && all.deviation == nil)
        #expect(answers.accuracy(of: answers.groups[0], over: []) == nil)
    }

    /// Worked out by hand, pair by pair.
    @Test func shiftsOfEmotion() throws {
        let answers = try answers(Self.told)
        let run = answers.groups[0].runs[0]
        let turns = EmotionShift(answers, from: .turn)
        // 0→1 and 1→0 in the first dialogue, 1→2 in the second; the pairs around the utterance without a class do not count.
        #expect(turns.shifted == [1, 3, 5] && turns.steady == [2, 9, 10, 11])
        // The answers change at 1, not at 3 (0, 0), not at 5 (1, 1).
        #expect(turns.noticed(run).map { abs($0 - 100.0 / 3) < 1e-9 } == true)
        #expect(turns.followed(run).map { abs($0 - 100.0 / 3) < 1e-9 } == true)
        // They change at 1, 2, 10 and 11; the emotion does at 1 alone.
        #expect(turns.justified(run) == 25)
        let speakers = EmotionShift(answers, from: .speaker)
        // Rows 0 and 2, 1 and 3 of a dialogue have one speaker.
        #expect(speakers.shifted == [2, 3, 7] && speakers.steady == [10, 11])
        #expect(
            speakers.noticed(run).map { abs($0 - 200.0 / 3) < 1e-9 } == true && speakers.justified(run) == 200.0 / 3)
    }

    @Test func theMostConfidentMistakesComeFirstWithTheirSentences() throws {
        let runs = try Runs { manifest in
            var sentences = manifest.sentences.map { $0 }
            sentences[25] = FigureTests.hostile
            manifest.sentences = StringColumn(sentences)
        }
        let run = try runs.answer(runs.train("run"), Self.told)
        let answers = RunAnswers(try RunComparison([run]))
        // Gold is 0 1 2 0 1 2 0 1 2 0 1 2 here.
        let exchanges = try ConfidentMistakes(answers: answers, store: runs.store).exchanges(
            of: answers.groups[0], atMost: 2)
        #expect(
            exchanges.map(\.title) == ["1. class 2 taken for class 1, 99.0 %", "2. class 1 taken for class 2, 90.0 %"])
        #expect(exchanges[0].place == "dialogue dialogue-7, utterance dialogue-7_1")
        #expect(exchanges[0].turns.map { $0.sentence ?? "" } == (0...2).map { "Sentence of dialogue-7_\($0), naïve." })
        #expect(exchanges[0].turns.map(\.predicted) == [nil, "class 1", nil])
        let without = try ConfidentMistakes(answers: answers, store: nil).exchanges(of: answers.groups[0], atMost: 1)
        #expect(without[0].turns.allSatisfy { $0.sentence == nil } && without[0].turns.count == 3)

        let html = try Report(of: [run], sentences: .inStore(runs.store), toolVersion: "7").html
        #expect(html.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;") && html.contains("\\u{202E}gnirts"))
        for tag in ["<script", "<img", "<iframe", "<object", "javascript:"] { #expect(!html.contains(tag), "\(tag)") }
    }

    @Test func aPageOfOneRun() throws {
        let runs = try Runs()
        let run = try runs.train("run")
        let report = try Report(of: [run], sentences: .missing("the sentences are <gone>."), toolVersion: "7.8")
        let html = report.html
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">") && html.hasSuffix("</html>\n"))
        for id in [
            "runs", "scores", "curves", "confusion", "classes", "calibration", "breakdown", "shifts", "map", "weights",
            "mistakes",
        ] {
            #expect(html.contains("<a href=\"#\(id)\">") && html.contains("<section id=\"\(id)\""), "\(id)")
        }
        for text in [runs.store.contentID, "1.2.3", "vuemo 7.8", run.folder.path, "the sentences are &lt;gone&gt;."] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(html.contains("<td class=\"n\">\(String(format: "%.2f", run.result.weightedF1!))</td>"))
        let history = try run.folder.epochs()
        #expect(history.count == 2 && html.contains(String(format: "<td class=\"n\">%.4g</td>", history[1].trainLoss)))
        // Nothing leads out of the page, and no name is given twice.
        #expect(
            !html.contains("http:") && !html.contains("https:") && !html.contains("url(") && !html.contains("@import"))
        let ids = html.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count && ids.count > 20)
        let references = html.matches(of: /aria-labelledby="([^"]*)"/).flatMap { $0.1.split(separator: " ") }
        #expect(references.allSatisfy { ids.contains(String($0)) })
        // No name of a template is left, and every drawing is one.
        #expect(!html.contains("{{") && report.figures.allSatisfy { Elements($0.file) != nil })
        #expect(Set(report.figures.map(\.name)).count == report.figures.count && report.figures.count == 18)
    }

    @Test func aPageOfGroups() throws {
        let runs = try Runs()
        let all = try [1, 2].flatMap { seed in
            try ["released", "corrected"].map { variant in
                try runs.train(
                    "\(variant)\(seed)", "training.seed=\(seed)", "model.variant=\(variant)", "training.protocol=paper")
            }
        }
        let report = try Report(of: all, by: ["variant"], sentences: .inStore(runs.store), toolVersion: "7")
        let html = report.html
        #expect(report.title == "SYNTHETIC: variant=released, variant=corrected")
        #expect(html.contains("<caption>Paired tests</caption>") && html.contains("p Holm"))
        #expect(html.contains("chose their epoch on the test split") && html.contains("W-F1 on test"))
        // A map of each group and one chart of what both have learnt, with what one of them alone has.
        #expect(html.contains("t-SNE, perplexity 3.667: variant=corrected") && html.contains("figure-map-pca-2"))
        #expect(html.contains("The map is that of \(all[0].folder.path)."))
        #expect(html.contains("Hypergraph: weights of positions") && html.contains("Hypergraph: weights of hyperedges"))
        #expect(html.contains("Confusion: variant=corrected") && html.contains("id=\"figure-reliability-2\""))
        #expect(html.contains(" ± ") && html.utf8.count < 1_000_000)
        #expect(Set(report.figures.map(\.name)).count == report.figures.count)
        let scores = all.filter { $0.folder.path.contains("released") }.map { $0.result.weightedF1! }
        #expect(html.contains("<td class=\"n\">\(Spread(scores).text)</td>"))
    }

    @Test func mapsAndWeightsAreThoseOfTheRun() throws {
        let runs = try Runs()
        let run = try runs.train("run", "model.variant=corrected")
        func page() throws -> Report {
            try Report(of: [run], sentences: .inStore(runs.store), toolVersion: "7")
        }
        let report = try page()
        let sections = Dictionary(uniqueKeysWithValues: report.sections.map { ($0.id, $0) })
        let map = try #require(sections["map"])
        let figures = map.blocks.flatMap { block -> [Figure] in
            guard case .gallery(let gallery) = block else { return [] }
            return gallery.figures
        }
        #expect(figures.map(\.name) == ["map-pca", "map-tsne"] && figures[1].title == "t-SNE, perplexity 3.667")
        // 12 utterances, each in a shape of its class.
        for figure in figures {
            let outlines = figure.svg.matches(of: /<path d="([^"]*)" class="f(\d)"/)
            for (group, label) in [0, 1, 2].enumerated() {
                let own = outlines.filter { $0.2 == "\(group)" }.map { $0.1.count { $0 == "M" } }.reduce(0, +)
                #expect(own == run.predictions.rows.count { $0.gold == "class \(label)" })
            }
        }
        let tables = map.blocks.compactMap { block -> Table? in
            guard case .table(let table) = block else { return nil }
            return table
        }
        #expect(tables[0].rows.map(\.name) == ["class 0", "class 1", "class 2", "all"] && tables[1].rows.count == 1)
        #expect(tables[0].rows.map { $0.cells[0].text } == ["4", "4", "4", "12"])

        let told = try TrainedRun(run.folder, models: .all).readableWeights
        #expect(sections["weights"]?.title == "Learnt weights" && told.count == 8)
        for weights in told {
            let figure = try #require(report.figures.first { $0.title == weights.title })
            #expect(figure.numbers?.rows.map(\.name) == weights.values.map(\.name))
            #expect(
                figure.numbers?.rows.map { $0.cells[0].text } == weights.values.map { Spread([$0.value]).weightText })
        }
        // Without the checkpoint the rest of the page is as it was.
        try FileManager.default.removeItem(atPath: run.folder.path + "/checkpoints/best.h5")
        let without = try page().html
        #expect(without.contains("The map is missing: ") && without.contains("The weights of a run are missing: "))
        #expect(without.contains("id=\"figure-confusion\"") && !without.contains("figure-map"))
    }

    @Test func aModelWithoutReadableWeightsHasNoSuchPart() throws {
        let runs = try Runs()
        let run = try runs.train("run", "model.name=bclstm")
        let report = try Report(of: [run], sentences: .inStore(runs.store), toolVersion: "7")
        #expect(!report.sections.contains { $0.id == "weights" } && report.sections.contains { $0.id == "map" })
    }

    /// Each part of divided dialogues is tested on dialogues of its own: there is no page of them together.
    @Test func partsOfDividedDialoguesAreRefused() throws {
        let runs = try Runs()
        let parts = try [1, 2].map { try runs.train("fold-\($0)", "data.folds=2", "data.fold=\($0)") }
        let error = #expect(throws: ExperimentError.self) {
            try Report(of: parts, sentences: .inStore(runs.store), toolVersion: "7")
        }
        #expect("\(error!)".contains("fold-2 and") && "\(error!)".contains("were tested on other utterances"))
        #expect(try Report(of: [parts[1]], sentences: .inStore(runs.store), toolVersion: "7").html.contains("<html"))
    }

    @Test func figuresAreFiles() throws {
        let runs = try Runs()
        let report = try Report(of: [runs.train("run")], sentences: .inStore(runs.store), toolVersion: "7")
        let folder = runs.folder.file("figures")
        #expect(try report.writeFigures(to: folder, overwrites: false) == report.figures.count)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == report.figures.map { "\($0.name).svg" }.sorted() && names.contains("confusion.svg"))
        #expect(names.contains("map-tsne.svg") && names.contains("weights-1.svg"))
        #expect(throws: FilesError.self) { try report.writeFigures(to: folder, overwrites: false) }
        #expect(try report.writeFigures(to: folder, overwrites: true) == names.count)
        #expect(throws: FilesError.self) { try report.writeFigures(to: runs.folder.file("no/where"), overwrites: true) }
    }

    @Test func damagedFilesAreRefused() throws {
        let runs = try Runs()
        let run = try runs.train("run")
        func refusal(_ change: (String) -> String, of file: String) throws -> String {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            defer { try? Data(text.utf8).write(to: URL(filePath: file)) }
            try Data(change(text).utf8).write(to: URL(filePath: file))
            do {
                _ = try Report(
                    of: [FinishedRun(run.folder, models: .all)], sentences: .inStore(runs.store), toolVersion: "7")
                return "nothing"
            } catch {
                return "\(error)"
            }
        }
        let predictions = run.folder.predictions
        #expect(
            try refusal({ $0.replacing("class 2,", with: "classy,") }, of: predictions).contains("that has no column"))
        #expect(
            try refusal({ $0.replacing(/\.\d+\n/, with: ".x\n") }, of: predictions).contains("else than probabilities"))
        #expect(
            try refusal({ $0.replacing(/\d\.\d+\n/, with: "nan\n") }, of: predictions).contains(
                "else than probabilities"))
        #expect(try refusal({ $0.replacing("class 2", with: "class 1") }, of: predictions).contains("a name twice"))
        #expect(try refusal({ String($0.prefix { $0 != "\n" }) + "\n" }, of: predictions).contains("has no utterance"))
        #expect(
            try refusal({ _ in "{}\n" }, of: run.folder.metrics).contains(
                "metrics.jsonl, line 1, is not what vuemo train wrote")
        )
        #expect(
            try refusal({ $0.replacing("dialogue-6_0", with: "x") }, of: predictions).contains("of other utterances"))
    }
}
