import Configuration
import ConversationModels
import Conversations
import FeatureStore
import Foundation
import HDF5
import Models
import TestSupport
import Testing

@testable import Training

/// Runs applied to stores: their own, and others that fit more or less.
@Suite struct PredictionTests {
    private let tiny: TinyRun
    private let run: TrainedRun

    init() throws {
        var synthetic = SyntheticStore()
        synthetic.speakerScope = .corpus
        tiny = try TinyRun(synthetic)
        run = try TrainedRun(try tiny.train("run"), models: .all)
    }

    /// A store of other features, or other dialogues.
    private func otherStore(_ name: String, _ change: (inout SyntheticStore) -> Void) throws -> Store {
        var made = SyntheticStore()
        change(&made)
        return try store(name, of: made) { _ in }
    }

    /// A store of the same features.
    private func store(
        _ name: String, of synthetic: SyntheticStore = SyntheticStore(), changing: (inout StoreManifest) -> Void
    ) throws -> Store {
        var made = synthetic
        made.speakerScope = .corpus
        let path = tiny.folder.file(name)
        let own = made.manifest
        // Rows as they were before labels changed, which they follow from.
        try made.write(to: path, changing: changing) { feature, rows in rows = made.rows(of: feature, in: own) }
        return try Store(opening: path)
    }

    private func all(_ predictor: Predictor) throws -> [DialoguePrediction] {
        var found: [DialoguePrediction] = []
        while let next = try predictor.next() { found.append(next) }
        return found
    }

    private func probabilities(
        _ runs: [TrainedRun], _ store: Store, split: String? = nil, batchSize: Int? = nil
    ) throws -> [Double] {
        var options = InferenceOptions()
        options.batchSize = batchSize
        return try all(Predictor(runs, store: store, split: split, options: options)).flatMap(\.probabilities)
    }

    @Test func theTestSplitOfTheOwnStoreIsWhatTheRunPredicted() throws {
        let lines = try text(run.folder.predictions).split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        let predictor = try Predictor([run], store: tiny.store, split: "test")
        let found = try all(predictor)
        #expect(found.map(\.dialogue) == tiny.store.dialogues(inSplit: "test"))
        let table = PredictionTable(.csv, of: tiny.store, classes: run.data.classes, gold: try predictor.classMap([]))
        let rows = try found.map { try table.rows($0) }.joined().split(
            separator: "\n", omittingEmptySubsequences: false
        ).dropLast()
        #expect(rows.count == lines.count && !lines.isEmpty)
        for (row, line) in zip(rows, lines) {
            // The sentence, which has a comma in it, stands between the ids and the speaker.
            let sentence = try #require(row.split(separator: "\"").dropFirst().first)
            #expect(sentence == "Sentence of \(line[1]), naïve.")
            let fields = row.replacing("\"\(sentence)\",", with: "").split(separator: ",")
            #expect(fields.prefix(5) == line.prefix(5))
            for (own, old) in zip(fields.dropFirst(5), line.dropFirst(5)) {
                #expect(try abs(#require(Double(own)) - #require(Double(old))) < 6e-7)
                #expect(own.filter(\.isNumber).count >= 8, "\(own) has nine significant digits")
            }
        }
    }

    @Test func severalRunsAgreeOnTheMeanOfTheirProbabilities() throws {
        var other = tiny
        other.configuration.training.seed = 77
        other.configuration.training.batchSize = 3
        let second = try TrainedRun(try other.train("second"), models: .all)
        let (a, b) = (try probabilities([run], tiny.store), try probabilities([second], tiny.store))
        let both = try probabilities([run, second], tiny.store)
        #expect(both.count == tiny.store.utteranceCount * 3 && a != b)
        for index in both.indices { #expect(abs(both[index] - (a[index] + b[index]) / 2) < 1e-15) }
    }

    @Test func runsOfOtherClassesDoNotPredictTogether() throws {
        let other = try TinyRun { $0.labelNames[2] = "class B" }
        let second = try TrainedRun(try other.train("run"), models: .all)
        let told = message { _ = try Predictor([run, second], store: tiny.store) }
        #expect(told.contains("has the classes class 0, class 1, class 2 and"), "\(told)")
        #expect(told.contains("has class 0, class 1, class B; only runs of the same classes"), "\(told)")
    }

    @Test func widthsAndModalitiesThatDoNotFitAreNamed() throws {
        let wide = try otherStore("wide.h5") {
            $0.audioWidth = 9
            $0.visualWidth = 0
            $0.textLayers = 2
        }
        let told = message { _ = try Predictor([run], store: wide) }
        for words in [
            "layers of text, 2 in the store and 4 in the run", "columns of audio, 9 in the store and 7 in the run",
            "visual features, of which the store has none",
        ] { #expect(told.contains(words), "\(told)") }
    }

    @Test func aStoreWithoutLabelsIsPredictedAndNotScored() throws {
        let unlabelled = try store("unlabelled.h5") { manifest in
            for index in manifest.labels.indices { manifest.labels[index] = -1 }
        }
        let predictor = try Predictor([run], store: unlabelled)
        let table = PredictionTable(.jsonl, of: unlabelled, classes: run.data.classes, gold: try predictor.classMap([]))
        let lines = try all(predictor).map { try table.rows($0) }.joined().split(separator: "\n")
        #expect(table.head.isEmpty && lines.count == unlabelled.utteranceCount)
        for (index, line) in lines.enumerated() {
            let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(row["gold"] is NSNull && row["utterance"] as? String == unlabelled.utteranceIDs[index])
            let shares = try #require(row["probabilities"] as? [String: Double])
            #expect(abs(shares.values.reduce(0, +) - 1) < 1e-6)
            #expect(shares.max { $0.value < $1.value }?.key == row["predicted"] as? String)
        }
        let evaluation = try StoreEvaluation.evaluate(run, on: unlabelled, split: nil)
        #expect(evaluation.result.weightedF1 == nil && evaluation.unlabelled == unlabelled.utteranceCount)
        #expect(evaluation.table.contains("not scored, because they have no label: \(unlabelled.utteranceCount) utt"))
    }

    @Test func classesAreFoundByTheirNames() throws {
        let turned = try store("turned.h5") { manifest in
            manifest.labelNames.reverse()
            manifest.labels = manifest.labels.map { 2 - $0 }
        }
        let own = try StoreEvaluation.evaluate(run, on: tiny.store, split: "test")
        let other = try StoreEvaluation.evaluate(run, on: turned, split: "test")
        #expect(own.result == other.result)
        // On its own store it says what it is the result of, and reads logarithms where this reads probabilities.
        var evaluated = try RunEvaluator.evaluate(run.folder, store: tiny.store, models: .all, split: "test")
        #expect(try abs(#require(own.result.logLoss) - #require(evaluated.logLoss)) < 1e-6)
        (evaluated.run, evaluated.parameters, evaluated.parametersSizedFor) = (nil, nil, nil)
        evaluated.logLoss = own.result.logLoss
        #expect(own.result == evaluated)
    }

    @Test func otherClassesAreMappedAndTheRestIsTold() throws {
        let renamed = try store("renamed.h5") { $0.labelNames = ["joy", "class 1", "shame"] }
        let told = message { _ = try StoreEvaluation.evaluate(run, on: renamed, split: "test") }
        #expect(told.contains("has the classes joy, class 1, shame, and"), "\(told)")
        #expect(told.contains("knows class 0, class 1, class 2, but not joy, shame; say which is which"), "\(told)")
        let mapped = try StoreEvaluation.evaluate(
            run, on: renamed, split: "test", classMap: [.init(old: "joy", new: "class 0")])
        let own = try RunEvaluator.evaluate(run.folder, store: tiny.store, models: .all, split: "test")
        #expect(mapped.result.confusion == [own.confusion[0], own.confusion[1], [0, 0, 0]])
        let lost = own.confusion[2].reduce(0, +)
        #expect(lost > 0 && mapped.unmapped.map(\.name) == ["shame"] && mapped.unmapped.map(\.utterances) == [lost])
        #expect(mapped.table.contains("because the run has no such class: shame (\(lost)) utterances"))
        #expect(mapped.table.contains("classes of the run that do not occur: class 2"))
        let json = try JSONSerialization.jsonObject(with: Data(try mapped.json.utf8)) as? [String: Any]
        #expect(json?["unmapped_classes"] as? [String: Int] == ["shame": lost] && json?["confusion"] != nil)
    }

    @Test(arguments: [
        ("rage", "class 0", "has no class \"rage\"; it has joy, class 1, class 2"),
        ("joy", "sad", "has no class \"sad\"; it has class 0, class 1, class 2"),
    ]) func anUnknownClassOfAMapIsNamed(old: String, new: String, words: String) throws {
        let renamed = try store("renamed.h5") { $0.labelNames[0] = "joy" }
        let told = message {
            _ = try StoreEvaluation.evaluate(run, on: renamed, split: nil, classMap: [.init(old: old, new: new)])
        }
        #expect(told.hasPrefix("--class-map \(old)=\(new): ") && told.contains(words), "\(told)")
    }

    @Test func speakersAreFoundByTheirNames() throws {
        let turned = try store("turned.h5") { manifest in
            manifest.speakerNames.reverse()
            manifest.speakers = manifest.speakers.map { 1 - $0 }
        }
        #expect(try probabilities([run], turned) == probabilities([run], tiny.store))
    }

    @Test func unknownSpeakersAreRefusedOrCountAsSomebody() throws {
        let strange = try store("strange.h5") { $0.speakerNames[1] = "Ivo" }
        let told = message { _ = try Predictor([run], store: strange) }
        #expect(told.contains("does not know: Ivo; it knows speaker 0, speaker 1, and --unknown-speakers"), "\(told)")
        var options = InferenceOptions()
        options.unknownSpeakers = "speaker 1"
        let found = try all(Predictor([run], store: strange, options: options)).flatMap(\.probabilities)
        #expect(try found == probabilities([run], tiny.store))
        options.unknownSpeakers = "Ada"
        #expect(message { _ = try Predictor([run], store: strange, options: options) }.contains("has no such speaker"))
    }

    /// A model that does not look at who speaks takes anybody.
    @Test func speakersDoNotMatterToAModelWithoutThem() throws {
        var other = tiny
        other.configuration.vuemo.speakerEmbedding = false
        let mute = try TrainedRun(try other.train("mute"), models: .all)
        let strange = try store("strange.h5") { $0.speakerNames[1] = "Ivo" }
        #expect(try probabilities([mute], strange) == probabilities([mute], tiny.store))
        for name in ["linear", "bclstm"] {
            other.configuration = RunConfiguration(
                models: .all, definition: try #require(ModelRegister.all.models.first { $0.name == name }))
            other.configuration.training = tiny.configuration.training
            let mute = try TrainedRun(try other.train(name), models: .all)
            #expect(try probabilities([mute], strange) == probabilities([mute], tiny.store), "\(name)")
        }
    }

    /// Who they are does not matter to a model of the parties of a dialogue, but who speaks again does.
    @Test func partiesMayBeAnybody() throws {
        var other = tiny
        other.configuration = RunConfiguration(models: .all, definition: try #require(ModelRegister.all["dialoguernn"]))
        other.configuration.training = tiny.configuration.training
        for key in ["utteranceSize", "globalSize", "partySize", "emotionSize", "denseSize"] {
            #expect(other.configuration.model.assign(.scalar("5"), to: key) == nil)
        }
        let run = try TrainedRun(try other.train("parties"), models: .all)
        let expected = try probabilities([run], tiny.store)
        #expect(try probabilities([run], store("strange.h5") { $0.speakerNames = ["Ivo", "Ada"] }) == expected)
        let turned = try store("turned.h5") { $0.speakers = $0.speakers.map { 1 - $0 } }
        #expect(try probabilities([run], turned) == expected)
        let alone = try store("alone.h5") { $0.speakers = $0.speakers.map { _ in 0 } }
        #expect(try probabilities([run], alone) != expected)
    }

    /// The released variant has weights for the positions of the largest minibatch it was trained on.
    @Test func aMinibatchThatIsTooLargeIsNamed() throws {
        let long = try otherStore("long.h5") { $0.utterances = 9...9 }
        let told = message { _ = try Predictor([run], store: long) }
        #expect(told.contains("that begins with dialogue 'dialogue-0': a minibatch has"), "\(told)")
        #expect(told.contains("give a smaller --batch-size"), "\(told)")
        #expect(try probabilities([run], long, batchSize: 1).count == 11 * 9 * 3)
    }

    @Test func anEmptySplitIsNamed() {
        #expect(message { _ = try Predictor([run], store: tiny.store, split: "dev") }.contains("in split dev"))
    }

    // MARK: Runs that divide the dialogues themselves

    /// On a run's own store a split is the run's, with whatever options, as that of the last evaluation is.
    @Test func aSplitOfTheOwnStoreIsTheRuns() throws {
        func train(_ name: String, _ change: (inout Settings<DataKeys>) -> Void) throws -> TrainedRun {
            var divided = tiny
            change(&divided.configuration.data)
            return try TrainedRun(try divided.train(name), models: .all)
        }
        func tested(_ run: TrainedRun) throws -> Set<Substring> {
            let lines = try text(run.folder.predictions).split(separator: "\n").dropFirst()
            return Set(lines.map { $0.prefix { $0 != "," } })
        }
        func names(_ run: TrainedRun, _ store: Store, _ split: String) throws -> Set<Substring> {
            Set(try all(Predictor([run], store: store, split: split)).map { store.dialogues[$0.dialogue].id[...] })
        }
        let store = tiny.store
        let ofStore = Set(store.dialogues(inSplit: "test").map { store.dialogues[$0].id[...] })
        let folds = try (1...2).map { fold in
            try train("fold-\(fold)") {
                $0.folds = 3
                $0.fold = fold
                $0.validFrom = .share(0.2, joiningValid: false)
            }
        }
        for fold in folds {
            #expect(try tested(fold) != ofStore)
            #expect(try names(fold, store, "test") == tested(fold))
            let embedder = try Embedder(fold, store: store, stages: [], split: "test")
            #expect(Set(embedder.dialogues.map { store.dialogues[$0].id[...] }) == (try tested(fold)))
            // The figures are those of the run, and those of other minibatches are over the same utterances.
            let own = try RunEvaluator.evaluate(fold.folder, store: store, models: .all, split: "test")
            let alone = try StoreEvaluation.evaluate(fold, on: store, split: "test").result
            #expect(alone.confusion == own.confusion && alone.weightedF1 == own.weightedF1)
            let parts = try ["train", "valid", "test"].map { try names(fold, store, $0) }
            #expect(parts.map(\.count).reduce(0, +) == 11 && Set(parts.joined()).count == 11)
        }
        let told = message { _ = try Predictor(folds, store: store, split: "test") }
        #expect(told.contains("in different ways, so that split test of one is not that of the other"), "\(told)")
        #expect(try Predictor(folds, store: store).dialogues.count == 11)
        // Elsewhere a split is the store's.
        let other = try self.store("other.h5") { $0.dataset = "OTHER" }
        #expect(try names(folds[0], other, "test") == ofStore)

        let shared = try train("shared") { $0.validFrom = .share(0.5, joiningValid: true) }
        #expect(try names(shared, store, "valid").count == 4 && store.dialogues(inSplit: "valid").count == 2)
        #expect(
            message { _ = try Predictor([shared], store: store, split: "dev") }
                .hasPrefix("the run \(shared.folder.path) on \(store.path) has no dialogues in split dev"))
    }

    // MARK: What a checkpoint says of its data

    @Test func checkpointsOfAnOlderVuemoNeedTheRunsOwnStore() throws {
        let file = try File(updating: run.folder.bestCheckpoint)
        try file.delete("data")
        try file.close()
        let old = try TrainedRun(run.folder, models: .all)
        #expect(old.data == run.data && old.data.classes == ["class 0", "class 1", "class 2"])
        let moved = tiny.folder.file("moved.h5")
        try FileManager.default.moveItem(atPath: tiny.store.path, toPath: moved)
        let told = message { _ = try TrainedRun(run.folder, models: .all) }
        #expect(
            told.contains("whose checkpoints do not name their classes, and the run's own store is not at"), "\(told)")
        #expect(try TrainedRun(run.folder, models: .all, ownStore: Store(opening: moved)).data == run.data)
    }

    @Test(arguments: ["classes", "text_width"]) func dataThatNoModelHasIsRefused(key: String) throws {
        var data = run.data
        if key == "classes" { data.classes = [] } else { data.textWidth = 1 << 40 }
        let file = try File(updating: run.folder.bestCheckpoint)
        try file.delete("data")
        try NamedArrays.writeChecked(Array(JSON.line(data).utf8), to: "data/model", of: file)
        try file.close()
        #expect(
            message { _ = try TrainedRun(run.folder, models: .all) }.contains("does not say what data its model is for")
        )
    }

    /// What is used and never continued holds no moments; what is continued does.
    @Test func onlyTheLastCheckpointHoldsTheOptimisersState() throws {
        let best = try File(opening: run.folder.bestCheckpoint)
        let last = try File(opening: run.folder.lastCheckpoint)
        let isInBest = best.exists("optimizer")
        let isInLast = last.exists("optimizer/second_moments")
        #expect(!isInBest && isInLast)
        try FileManager.default.removeItem(atPath: run.folder.lastCheckpoint)
        try FileManager.default.copyItem(atPath: run.folder.bestCheckpoint, toPath: run.folder.lastCheckpoint)
        let told = message { _ = try TrainingRun.resume(run.folder, store: tiny.store, models: .all) }
        #expect(told.contains("holds parameters and no state of the optimiser"), "\(told)")
    }

    @Test func textOfJSONIsQuoted() throws {
        let odd = "a\"b\\c\nd\r\n\u{1}\t é 😀\u{7F}"
        let read = try JSONSerialization.jsonObject(with: Data("[\(quoted(odd))]".utf8)) as? [String]
        #expect(read.map { $0.map { Array($0.utf8) } } == [Array(odd.utf8)])
    }
}
