import Configuration
import FeatureStore
import Models
import TestSupport
import Testing

@testable import Training

/// Splits that a run makes itself: folds, groups, validation dialogues from train.
@Suite struct DialogueDivisionTests {
    private let tiny: TinyRun

    init() throws {
        var synthetic = SyntheticStore()
        synthetic.dialogues = (train: 12, valid: 4, test: 8)
        synthetic.speakerScope = .corpus
        tiny = try TinyRun(synthetic) { manifest in
            for index in manifest.dialogues.indices {
                manifest.dialogues[index].id = "Ses0\(index % 4 + 1)M_\(index)"
            }
        }
    }

    private func data(_ settings: [String]) throws -> Settings<DataKeys> {
        var configuration = RunConfiguration(models: .all)
        for setting in settings { try configuration.apply([ConfigurationAssignment(setting: setting)]) }
        return configuration.data
    }

    private func division(_ settings: String..., protocol trainingProtocol: TrainingProtocol = .sound) throws
        -> DialogueDivision
    {
        let data = try data(settings)
        return try DialogueDivision(
            tiny.store, labels: RunLabels(store: tiny.store, data: data), data: data, protocol: trainingProtocol)
    }

    @Test func everyDialogueIsTestInOneFold() throws {
        let folds = try (1...4).map { try division("data.folds=4", "data.fold=\($0)") }
        #expect(folds.flatMap(\.test).sorted() == Array(0..<24))
        for (number, fold) in zip(1..., folds) {
            #expect(fold.part == "fold \(number) of 4" && fold.valid.isEmpty && fold.test.count == 6)
            #expect((fold.train + fold.test).sorted() == Array(0..<24) && fold.test == fold.test.sorted())
        }
        #expect(try division("data.folds=4", "data.fold=1", "data.splitSeed=1").test != folds[0].test)
        // Folds do not depend on the classes that are told apart.
        #expect(try division("data.folds=4", "data.fold=1", "data.classes=\"class 2,class 0\"").test == folds[0].test)
        let balanced = folds.map { fold in
            let labels = fold.test.flatMap { tiny.store.labels[tiny.store.dialogues[$0].range] }
            return (0..<3).map { label in labels.count { $0 == label } }
        }
        for kind in 0..<3 {
            let counts = balanced.map { $0[kind] }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 3, "\(balanced)")
        }
    }

    @Test func validationDialoguesComeFromTrain() throws {
        let fold = try division("data.folds=4", "data.fold=2", "data.validFrom=train:0.25")
        let whole = try division("data.folds=4", "data.fold=2")
        #expect(fold.test == whole.test && (fold.train + fold.valid).sorted() == whole.train)
        #expect((4...5).contains(fold.valid.count))
        #expect(
            message { _ = try division("data.validFrom=train:0.25") }.contains(
                "cannot be divided: it has a split valid already; leave --valid-from out, or join it with train first: --valid-from train+valid:0.25"
            ))
        let joined = try division("data.validFrom=train+valid:0.25")
        #expect(joined.valid.count == 4 && (joined.train + joined.valid).sorted() == Array(0..<16))
        #expect(joined.test == Array(16..<24) && joined.part == "the split test")
    }

    @Test func aGroupIsLeftOut() throws {
        #expect(try DialogueDivision.groups(of: tiny.store, by: .pattern("(Ses0[0-9])")) == (1...4).map { "Ses0\($0)" })
        let left = try division("data.groupBy=session", "data.leaveOut=Ses03")
        #expect(left.part == "group Ses03 of 4" && left.test == [2, 6, 10, 14, 18, 22] && left.train.count == 18)
        // Both speakers of the store speak in most dialogues.
        #expect(
            message { _ = try DialogueDivision.groups(of: tiny.store, by: .speaker) }.contains(
                "all of its dialogues are one group (speaker), so that nothing is left to train on"))
        #expect(
            message { _ = try DialogueDivision.groups(of: tiny.store, by: .pattern("Ses0(2?)")) }.contains(
                "captures nothing in some ids"))
        #expect(
            message { _ = try division("data.groupBy=session", "data.leaveOut=Ses07") }.contains(
                "no group is called 'Ses07'; there are Ses01, Ses02, Ses03, Ses04"))
        let fold = try division("data.folds=2", "data.fold=1", "data.groupBy=session")
        for session in 0..<4 { #expect([0, 6].contains(fold.test.count { $0 % 4 == session })) }
    }

    @Test(arguments: [
        (["data.folds=5"], "nothing says which of these parts is test"), (["data.fold=2"], "nothing says of how many"),
        (["data.folds=2", "data.fold=3"], "data.fold is 3, and there are 2 folds"),
        (["data.folds=1", "data.fold=1"], "at least 2 parts"), (["data.leaveOut=a"], "nothing says what groups are"),
        (["data.folds=2", "data.fold=1", "data.leaveOut=a", "data.groupBy=speaker"], "contradict each other"),
        (["training.protocol=paper", "data.validFrom=train:0.1"], "the protocol paper trains on valid too"),
        (["data.groupBy=Ses"], "data.groupBy must be none, speaker, session, or a regular expression"),
        (["data.groupBy=(["], "data.groupBy must be"),
        (["data.validFrom=valid:0.1"], "data.validFrom must be none, or train or train+valid"),
        (["data.validFrom=train:1"], "data.validFrom must be"), (["data.classes=a,a"], "data.classes must be"),
    ]) func whatContradictsItselfIsRefused(_ settings: [String], _ words: String) throws {
        let told = message {
            _ = try RunConfiguration.resolve(
                dataset: DatasetFacts(tiny.store), preset: nil,
                assignments: settings.map { try ConfigurationAssignment(setting: $0) }, threads: 1, models: .all)
        }
        #expect(told.contains(words) && told.hasSuffix(".") && told.split(separator: "\n").count == 1, "\(told)")
    }

    /// What nobody sets follows from the division, and is recorded.
    @Test func aDivisionTakesItsValidationDialoguesItself() throws {
        func resolved(_ assignments: [ConfigurationAssignment]) throws -> RunConfiguration {
            try RunConfiguration.resolve(
                dataset: DatasetFacts(tiny.store), preset: nil, assignments: assignments, threads: 1, models: .all)
        }
        func set(_ settings: String...) throws -> [ConfigurationAssignment] {
            try settings.map { try ConfigurationAssignment(setting: $0) }
        }
        let fold = try set("data.folds=4", "data.fold=1")
        #expect(try resolved(fold).text(of: "data.validFrom") == "train:0.1")
        #expect(try resolved([]).text(of: "data.validFrom") == "none")
        #expect(try resolved(fold + set("data.validFrom=none")).text(of: "data.validFrom") == "none")
        #expect(try resolved(fold + set("training.protocol=paper")).text(of: "data.validFrom") == "none")
        // A run's config.yaml, given as a file, names every key.
        let file = try RunConfiguration.assignments(yaml: resolved([]).yaml, name: "config.yaml")
        #expect(try resolved(file + fold).text(of: "data.validFrom") == "train:0.1")
        let read = try RunConfiguration(yaml: resolved(fold).yaml, name: "x", models: .all)
        #expect(try read == resolved(fold))
        #expect(
            try resolved(set("data.groupBy=speaker")).withoutEffect(set("data.groupBy=speaker"), preset: nil) == [
                "data.groupBy, set by --set, has no effect, because neither data.folds nor data.leaveOut divides the dialogues."
            ])
    }

    /// A fold trained by keys alone, stopped and continued, is evaluated on its own dialogues.
    @Test func aRunOnAFoldIsResumedAndEvaluatedOnIt() throws {
        var run = tiny
        run.configuration.data = try data(["data.folds=4", "data.fold=3", "data.validFrom=train:0.2"])
        let whole = try run.train("whole")
        do {
            let interruption = Interruption()
            let first = try TrainingRun.start(run.plan("stopped"))
            _ = try first.run(interruption: interruption) { if case .epoch = $0 { interruption.request() } }
        }
        let stopped = RunFolder(tiny.folder.file("stopped"))
        _ = try TrainingRun.resume(stopped, store: run.store, models: .all).run()
        for file in [\RunFolder.predictions, \.result] {
            #expect(try text(stopped[keyPath: file]) == text(whole[keyPath: file]))
        }
        let ids = try division("data.folds=4", "data.fold=3").test.map { run.store.dialogues[$0].id }
        let rows = try whole.outcome().predictions.rows
        #expect(rows.reduce(into: [String]()) { if $0.last != $1.dialogue { $0.append($1.dialogue) } } == ids)
        let result = try whole.outcome().result
        #expect(result.run?.testPart == "fold 3 of 4")
        #expect(try RunEvaluator.evaluate(whole, store: run.store, models: .all, split: "test") == result)
        let valid = try RunEvaluator.evaluate(whole, store: run.store, models: .all, split: "valid")
        let best = try comparableMetrics(whole)[result.chosenEpoch - 1]
        #expect(valid.weightedF1 == best.validWeightedF1)
    }
}
