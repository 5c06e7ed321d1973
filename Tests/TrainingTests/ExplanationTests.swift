import Configuration
import ConversationModels
import Conversations
import FeatureStore
import Foundation
import Models
import TestSupport
import Testing

@testable import Training

/// How probabilities change without a modality, the context and the speaker, where the right answer is known.
@Suite struct ExplanationTests {
    private func tiny(_ change: (inout SyntheticStore) -> Void = { _ in }) throws -> TinyRun {
        var synthetic = SyntheticStore()
        synthetic.speakerScope = .corpus
        change(&synthetic)
        var tiny = try TinyRun(synthetic)
        tiny.configuration.vuemo.variant = .corrected
        return tiny
    }

    private func all(_ runs: [TrainedRun], _ store: Store, split: String? = nil) throws -> (
        names: [String], predictions: [DialoguePrediction]
    ) {
        let predictor = try Predictor(runs, store: store, split: split, explains: true)
        var found: [DialoguePrediction] = []
        while let next = try predictor.next() { found.append(next) }
        return (predictor.absences.map(\.name), found)
    }

    /// The changes of one kind, utterance by utterance.
    private func changes(_ name: String, _ found: (names: [String], predictions: [DialoguePrediction])) throws
        -> [Double]
    {
        let place = try #require(found.names.firstIndex(of: name))
        return found.predictions.flatMap { $0.changes[place] }
    }

    /// The probabilities of the predicted classes of `found` in other predictions of the same utterances.
    private func probabilities(
        _ other: [DialoguePrediction], ofThoseOf found: [DialoguePrediction]
    ) -> [Double] {
        zip(other, found).flatMap { other, own in
            own.predicted.enumerated().map { other.probabilities[$0 * 3 + Int($1)] }
        }
    }

    private func linear(_ tiny: TinyRun) throws -> TrainedRun {
        var other = tiny
        other.configuration = RunConfiguration(
            models: .all, definition: try #require(ModelRegister.all["linear"]))
        other.configuration.training = tiny.configuration.training
        return try TrainedRun(try other.train("linear"), models: .all)
    }

    @Test func aModalityIsReplacedByItsMeanOverTrain() throws {
        let tiny = try tiny()
        let run = try linear(tiny)
        let found = try all([run], tiny.store, split: "test")
        // It looks at single utterances and not at who speaks.
        #expect(found.names == ["text", "audio", "visual", "context"])
        #expect(try changes("context", found).allSatisfy { $0 == 0 })

        var synthetic = SyntheticStore()
        synthetic.speakerScope = .corpus
        let train = tiny.store.dialogues(inSplit: "train").flatMap { Array(tiny.store.dialogues[$0].range) }
        let without = tiny.folder.file("without.h5")
        try synthetic.write(to: without) { _ in
        } changingRows: { feature, rows in
            guard feature.name == "audio" else { return }
            for column in 0..<feature.width {
                let mean = train.reduce(0.0) { $0 + Double(rows[$1 * feature.width + column]) } / Double(train.count)
                for row in 0..<rows.count / feature.width { rows[row * feature.width + column] = Float(mean) }
            }
        }
        let other = try all([run], Store(opening: without), split: "test")
        let whole = probabilities(found.predictions, ofThoseOf: found.predictions)
        let rest = probabilities(other.predictions, ofThoseOf: found.predictions)
        let told = try changes("audio", found)
        #expect(told.contains { abs($0) > 0.01 })
        for index in told.indices { #expect(abs(told[index] - (rest[index] - whole[index])) < 1e-7) }
        // What is the mean already does not change.
        #expect(try changes("audio", other).allSatisfy { $0 == 0 })
    }

    @Test func whatAModelDoesNotReadIsNotTakenAway() throws {
        var tiny = try tiny()
        tiny.configuration.vuemo.modalities = Modalities(letters: "l")!
        let text = try TrainedRun(try tiny.train("text"), models: .all)
        #expect(try all([text], tiny.store).names == ["text", "context", "speaker"])
        tiny.configuration.vuemo.modalities = Modalities(letters: "av")!
        let sound = try TrainedRun(try tiny.train("sound"), models: .all)
        #expect(try all([sound], tiny.store).names == ["audio", "visual", "context"])
        // Together, each changes by what one of them says.
        let (both, own) = (try all([text, sound], tiny.store), try all([text], tiny.store))
        #expect(both.names == ["text", "audio", "visual", "context", "speaker"])
        let (told, alone) = (try changes("text", both), try changes("text", own))
        let same = zip(both.predictions.flatMap(\.predicted), own.predictions.flatMap(\.predicted)).map { $0 == $1 }
        #expect(same.contains(true))
        for index in told.indices where same[index] { #expect(abs(told[index] - alone[index] / 2) < 1e-12) }
    }

    @Test func aConstantFeatureHasNoEffect() throws {
        let tiny = try tiny()
        let path = tiny.folder.file("constant.h5")
        var synthetic = SyntheticStore()
        synthetic.speakerScope = .corpus
        try synthetic.write(to: path) { _ in
        } changingRows: { feature, rows in
            if feature.name == "visual" { rows = rows.indices.map { [0.1, -3.7, 1e-3, 0, 12][$0 % 5] } }
        }
        var constant = tiny
        constant.store = try Store(opening: path)
        let found = try all([TrainedRun(try constant.train("constant"), models: .all)], constant.store)
        #expect(try changes("visual", found).allSatisfy { $0 == 0 })
        #expect(try changes("text", found).contains { $0 != 0 })
    }

    @Test(arguments: [Variant.corrected, .released]) func withoutContextEveryUtteranceIsADialogue(_ variant: Variant)
        throws
    {
        var tiny = try tiny { $0.utterances = 1...6 }
        tiny.configuration.vuemo.variant = variant
        let run = try TrainedRun(try tiny.train("run"), models: .all)
        let found = try all([run], tiny.store)
        let told = try changes("context", found)
        #expect(told.contains { abs($0) > 1e-4 })
        guard variant == .corrected else { return }
        let alone = tiny.store.dialogues.filter { $0.range.count == 1 }
        #expect(!alone.isEmpty && alone.allSatisfy { told[$0.range.lowerBound] == 0 })
        // As a store tells it in which every utterance is a dialogue.
        let path = tiny.folder.file("alone.h5")
        var synthetic = SyntheticStore()
        (synthetic.speakerScope, synthetic.utterances) = (.corpus, 1...6)
        try synthetic.write(to: path) { manifest in
            manifest.dialogues = manifest.utteranceIDs.enumerated().map { index, id in
                DialogueEntry(id: id, utteranceCount: 1, split: 0, sourcePosition: index)
            }
        }
        let predictor = try Predictor([run], store: Store(opening: path))
        for (index, own) in found.predictions.flatMap({ zip($0.predicted, whole($0)) }).enumerated() {
            let other = try #require(try predictor.next()).probabilities[Int(own.0)]
            #expect(abs(told[index] - (other - own.1)) < 1e-6)
        }
    }

    /// The probabilities of a dialogue's predicted classes.
    private func whole(_ prediction: DialoguePrediction) -> [Double] {
        probabilities([prediction], ofThoseOf: [prediction])
    }

    @Test func withoutSpeakersEverybodyIsTheFirst() throws {
        let tiny = try tiny()
        let run = try TrainedRun(try tiny.train("run"), models: .all)
        let found = try all([run], tiny.store)
        let path = tiny.folder.file("one.h5")
        var synthetic = SyntheticStore()
        synthetic.speakerScope = .corpus
        try synthetic.write(to: path) { manifest in
            for dialogue in tiny.store.dialogues {
                for row in dialogue.range { manifest.speakers[row] = manifest.speakers[dialogue.range.lowerBound] }
            }
        }
        let other = try all([run], Store(opening: path))
        #expect(try changes("speaker", other).allSatisfy { $0 == 0 })
        let told = try changes("speaker", found)
        #expect(told.contains { $0 != 0 })
        let (rest, own) = (
            probabilities(other.predictions, ofThoseOf: found.predictions),
            probabilities(found.predictions, ofThoseOf: found.predictions)
        )
        for index in told.indices { #expect(told[index] == rest[index] - own[index]) }
    }

    @Test func rowsHaveTheChanges() throws {
        let tiny = try tiny()
        let run = try linear(tiny)
        let predictor = try Predictor([run], store: tiny.store, explains: true)
        func table(_ form: PredictionTable.Form) -> PredictionTable {
            PredictionTable(form, of: tiny.store, classes: run.data.classes, gold: nil, absences: predictor.absences)
        }
        #expect(table(.csv).head.hasSuffix("class 2,without_text,without_audio,without_visual,without_context\n"))
        let first = try #require(try predictor.next())
        let row = try #require(try table(.csv).rows(first).split(separator: "\n").first)
        #expect(
            row.split(separator: ",").suffix(4).map { Double($0) }
                == first.changes.map { Double(String(format: "%.9g", $0[0])) })
        let line = try #require(try table(.jsonl).rows(first).split(separator: "\n").last)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let without = try #require(object["without"] as? [String: Double])
        #expect(without.keys.sorted() == ["audio", "context", "text", "visual"] && without["context"] == 0)
        #expect(try abs(#require(without["audio"]) - #require(first.changes[1].last)) < 1e-8)
        // The rest of the row is as without.
        let plain = try #require(try Predictor([run], store: tiny.store).next())
        #expect(plain.changes.isEmpty && plain.probabilities == first.probabilities)
        let bare = PredictionTable(.csv, of: tiny.store, classes: run.data.classes, gold: nil)
        #expect(try row.hasPrefix(bare.rows(plain).split(separator: "\n")[0] + ","))
    }

    @Test func theOwnStoreMustBeThere() throws {
        let tiny = try tiny()
        let run = try linear(tiny)
        let other = tiny.folder.file("other.h5")
        var synthetic = SyntheticStore()
        (synthetic.speakerScope, synthetic.seed) = (.corpus, 9)
        try synthetic.write(to: other)
        #expect(try all([run], Store(opening: other)).names.count == 4)
        try FileManager.default.moveItem(atPath: tiny.store.path, toPath: tiny.folder.file("moved.h5"))
        let told = message { _ = try Predictor([run], store: Store(opening: other), explains: true) }
        #expect(
            told.contains("was trained on, for their means, and the run's store is not at"),
            "\(told)")
        #expect(try all([run], Store(opening: tiny.folder.file("moved.h5"))).names.count == 4)
    }
}
