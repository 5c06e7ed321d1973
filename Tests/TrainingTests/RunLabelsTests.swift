import Configuration
import FeatureStore
import Models
import TestSupport
import Testing

@testable import Training

/// Which classes a run tells apart: chosen, merged, renamed, dropped, and of another target.
@Suite struct RunLabelsTests {
    private func data(_ settings: String...) throws -> Settings<DataKeys> {
        var configuration = RunConfiguration(models: .all)
        for setting in settings { try configuration.apply([ConfigurationAssignment(setting: setting)]) }
        return configuration.data
    }

    /// The synthetic store with sentiments: negative for even utterances, none for every third, positive for the others.
    private func tiny() throws -> TinyRun {
        try TinyRun { manifest in
            let labels = manifest.labels.indices.map { Int32($0 % 3 == 0 ? -1 : $0 % 2) }
            manifest.targets = [LabelSet(name: "sentiment", labelNames: ["negative", "positive"], labels: labels)]
        }
    }

    @Test(arguments: [
        ("all", "all"), ("", "all"), ("a,b", "a,b"), (" a + b = c , d ", "a+b=c,d"), ("a=b,b=a", "a=b,b=a"),
        ("a=a,b", "a,b"), ("a+b,c", "a+b,c"), ("a+b=a+b,c", "refused"), ("a\\+b,c\\,d=e\\=f", "a\\+b,c\\,d=e\\=f"),
        ("iemocap-4", "happy+excited=happy,sad,neutral,angry"), ("a,a", "refused"), ("a+a,b", "refused"),
        ("a=x,b=x", "refused"), ("a,", "refused"), ("=x,b", "refused"), ("a=,b", "refused"), ("a\\", "refused"),
        ("a=b=c,d", "refused"),
    ]) func aChoiceIsReadAndWritten(text: String, written: String) {
        let choice = ClassChoice(.scalar(text))
        #expect((choice?.node.text ?? "refused") == written)
        if let choice { #expect(ClassChoice(choice.node) == choice) }
    }

    @Test func classesAreMergedRenamedAndDropped() throws {
        let store = try tiny().store
        let labels = try RunLabels(store: store, data: data("data.classes=\"class 2+class 0=far,class 1\""))
        #expect(labels.names == ["far", "class 1"] && labels.target == "emotion")
        #expect(labels.labels == store.labels.map { [0, 1, 0][Int($0)] })
        let dropped = try RunLabels(store: store, data: data("data.classes=\"class 1=x,class 0\""))
        #expect(dropped.labels == store.labels.map { [1, 0, -1][Int($0)] })
        #expect(dropped.stored.labels == store.labels)
        let whole = try RunLabels(store: store)
        #expect(whole.labels == store.labels && whole.names == store.labelNames)
        let counts = whole.counts(of: store.dialogues.indices, in: store)
        #expect(counts == [0, 1, 2].map { wanted in store.labels.count { $0 == wanted } })
    }

    @Test func anotherTargetIsOneOfTheStore() throws {
        let store = try tiny().store
        let labels = try RunLabels(store: store, data: data("data.target=sentiment"))
        #expect(labels.names == ["negative", "positive"] && labels.labels == store.targets[0].labels)
        let renamed = try RunLabels(
            store: store, data: data("data.target=sentiment", "data.classes=\"positive=good,negative=bad\""))
        #expect(renamed.names == ["good", "bad"])
        #expect(renamed.labels == store.targets[0].labels.map { $0 < 0 ? -1 : 1 - $0 })
        #expect(
            message { _ = try RunLabels(store: store, data: data("data.target=arousal")) }
                == "\(store.path) has no labels called arousal; it has emotion, sentiment: choose among those with --target."
        )
        #expect(
            message { _ = try RunLabels(store: store, data: data("data.classes=\"class 1,clas 2\"")) }.contains(
                "has no class 'clas 2' of emotion, which --classes names; its classes are class 0, class 1, class 2. Did you mean class 2?"
            ))
    }

    /// Frequencies are those of the classes of the run, on the dialogues that the run trains on.
    @Test func frequenciesAreCountedOnTheRunsOwnClasses() throws {
        let store = try tiny().store
        func frequencies(_ preset: Preset?, _ settings: String...) throws -> [Double] {
            try RunConfiguration.resolve(
                dataset: DatasetFacts(store), preset: preset,
                assignments: settings.map { try ConfigurationAssignment(setting: $0) }, threads: 1, models: .all
            ).training.classFrequencies
        }
        let train = store.dialogues(inSplit: "train").flatMap { store.labels[store.dialogues[$0].range] }
        func count(_ labels: Int32...) -> Double { Double(train.count { labels.contains($0) }) }
        let merged = try frequencies(.iemocap, "data.classes=\"class 0+class 2=x,class 1\"")
        #expect(merged == [count(0, 2) / Double(train.count), count(1) / Double(train.count)])
        let dropped = try frequencies(nil, "data.classes=\"class 0,class 1\"")
        #expect(dropped == [count(0) / count(0, 1), count(1) / count(0, 1)])
        #expect(try frequencies(nil, "data.target=sentiment").count == 2)
        let fold = try frequencies(nil, "data.folds=3", "data.fold=1")
        let whole = try frequencies(nil)
        #expect(fold.count == 3 && fold != whole)
        #expect(message { _ = try frequencies(nil, "data.classes=\"class 0,x\"") }.contains("has no class 'x'"))
    }

    /// A dropped utterance is context: it changes what is said of its neighbours, and counts nowhere.
    @Test func aDroppedUtteranceIsContextAndCountsNowhere() throws {
        var tiny = try tiny()
        tiny.configuration.data = try data("data.classes=\"class 2=late,class 0\"")
        let folder = try tiny.train("run")
        let result = try JSON.decode(RunResult.self, text(folder.result))
        #expect(result.perClass.map(\.name) == ["late", "class 0"])
        let test = tiny.store.dialogues(inSplit: "test").flatMap { tiny.store.labels[tiny.store.dialogues[$0].range] }
        #expect(result.perClass.map(\.support) == [test.count { $0 == 2 }, test.count { $0 == 0 }])
        #expect(result.confusion.joined().reduce(0, +) == test.count { $0 != 1 })
        let rows = try text(folder.predictions).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(rows.count == test.count + 1 && rows[0].suffix(2) == ["late", "class 0"])
        #expect(rows.dropFirst().map { $0[3] } == test.map { ["class 0", "", "late"][Int($0)] })
        #expect(try RunEvaluator.evaluate(folder, store: tiny.store, models: .all, split: "test") == result)
        // The same as on a store with these labels and the same features.
        let synthetic = SyntheticStore()
        let path = tiny.folder.file("relabelled.h5")
        try synthetic.write(to: path) {
            $0.labels = $0.labels.map { [1, -1, 0][Int($0)] }
            $0.labelNames = ["late", "class 0"]
        } changingRows: { feature, rows in
            rows = synthetic.rows(of: feature, in: synthetic.manifest)
        }
        var other = tiny
        other.store = try Store(opening: path)
        other.configuration.data = Settings()
        let relabelled = try other.train("relabelled")
        #expect(try text(relabelled.predictions) == text(folder.predictions))
        #expect(try comparableMetrics(relabelled) == comparableMetrics(folder))
    }
}
