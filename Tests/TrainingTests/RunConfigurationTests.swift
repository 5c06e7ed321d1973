import Configuration
import Conversations
import Testing
import Models

@testable import Training

@Suite struct RunConfigurationTests {
    private func resolve(
        _ dataset: String = "IEMOCAP", classes: Int = 6, preset: Preset? = nil,
        set assignments: [ConfigurationAssignment] = []
    ) throws -> RunConfiguration {
        let facts = DatasetFacts(name: dataset, classes: classes) { $0 == .sound ? [3, 1] : [4, 4] }
        return try RunConfiguration.resolve(
            dataset: facts, preset: preset, assignments: assignments, threads: 2, models: .all)
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func modalitiesFollowTheStore() throws {
        let facts = DatasetFacts(name: "X", classes: 2, modalities: [.text, .visual]) { _ in [1, 1] }
        func modalities(_ assignments: [ConfigurationAssignment]) throws -> String {
            try RunConfiguration.resolve(
                dataset: facts, preset: nil, assignments: assignments, threads: 1, models: .all
            ).modalities.description
        }
        #expect(try modalities([]) == "vl")
        #expect(
            try modalities([ConfigurationAssignment(key: "model.modalities", value: "av", option: "--modalities")])
                == "av")
    }

    /// What somebody set and what changes nothing is told; what a file repeats of the defaults is not.
    @Test func whatHasNoEffectIsTold() throws {
        func told(_ settings: [String], yaml: String = "", dataset: String = "X") throws -> [String] {
            let assignments =
                try RunConfiguration.assignments(yaml: yaml, name: "c.yaml")
                + settings.map { try ConfigurationAssignment(setting: $0) }
            let configuration = try resolve(dataset, classes: dataset == "X" ? 2 : 6, set: assignments)
            return configuration.withoutEffect(assignments, preset: Preset(dataset: dataset))
        }
        #expect(try told([]) == [])
        #expect(
            try told(["training.loss=focal", "training.classFrequencies=[1, 2]"])
                == ["training.classFrequencies, set by --set, has no effect, because training.loss is focal."])
        #expect(
            try told(["training.loss=cross-entropy"], dataset: "IEMOCAP")
                == [
                    "training.classFrequencies, set by the preset iemocap, has no effect, because training.loss is cross-entropy."
                ])
        #expect(
            try told(["training.focalGamma=2"])
                == ["training.focalGamma, set by --set, has no effect, because training.loss is weighted-nll."])
        let speechless = "text is not among model.modalities (av)"
        #expect(
            try told([
                "model.modalities=av", "model.speakerEmbedding=true", "model.textNorm=layer", "model.projectText=true",
            ])
                == ["textNorm", "projectText", "speakerEmbedding"].map {
                    "model.\($0), set by --set, has no effect, because \(speechless)."
                })
        // A run's config.yaml names every key.
        let run = "model: {modalities: av, speakerEmbedding: true, textNorm: batch}"
        #expect(try told([], yaml: run) == [])
        #expect(
            try told(["model.vue=false", "model.vueLayers=3", "model.lgl=off", "model.hypergraphLayers=2"]) == [
                "model.vueLayers, set by --set, has no effect, because model.vue is false.",
                "model.hypergraphLayers, set by --set, has no effect, because model.lgl is false.",
            ])
    }

    /// Whoever throws a switch expects another model.
    @Test(arguments: [
        (["model.modalities=av", "model.speakerEmbedding=false"], "model.speakerEmbedding=false"),
        (["model.modalities=a", "model.textLayers=1,4"], "model.textLayers=1,4"),
    ])
    func aSwitchThatChangesNothingIsRefused(settings: [String], named: String) throws {
        let said = message { _ = try resolve(set: settings.map { try ConfigurationAssignment(setting: $0) }) }
        #expect(said.hasPrefix("\(named) has no effect, because text is not among model.modalities (a"), "\(said)")
        #expect(said.hasSuffix("; leave it out."), "\(said)")
        // With text it is taken.
        _ = try resolve(set: settings.dropFirst().map { try ConfigurationAssignment(setting: $0) })
    }

    /// Yams follows nesting with the stack, and aliases with time and memory.
    @Test(arguments: [
        String(repeating: "[", count: 60_000), "a: " + String(repeating: "{b: ", count: 60_000),
        String(repeating: "- ", count: 60_000),
        String(repeating: "? ", count: 60_000), (0..<3000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        "a: &a [1]\nb: *a\n",
        "a0: &a0 {x: 1}\n" + (1...40).map { "a\($0): &a\($0) {x: *a\($0 - 1), y: *a\($0 - 1)}\n" }.joined(),
        "{*a : 1}", "- &a x\n- *a\n",
    ])
    func textsWithoutEndAreRefused(_ yaml: String) throws {
        let refusal = message { _ = try RunConfiguration.assignments(yaml: yaml, name: "c.yaml") }
        #expect(refusal.hasPrefix("c.yaml "), "\(refusal)")
        #expect(message { _ = try ConfigurationAssignment(setting: "model.dropout=" + yaml) }.hasPrefix("--set "))
    }

    /// What looks like an anchor and is none.
    @Test(arguments: ["path: \"/a/ &b/*c\"", "path: '/a/ *b'", "path: a&b*c # &not *this", "path: R & D"])
    func namesMayHoldAmpersands(_ yaml: String) throws {
        #expect(try RunConfiguration.assignments(yaml: yaml, name: "c.yaml").count == 1)
    }

    @Test func presetFollowsTheDatasetsName() throws {
        let iemocap = try resolve()
        #expect(iemocap.optimizer.learningRate == 1e-4)
        #expect(iemocap.training.loss == .weightedNLL)
        #expect(iemocap.training.classFrequencies == [0.086747, 0.144406, 0.227883, 0.160585, 0.127711, 0.252668])
        #expect(iemocap.vuemo.projectText)
        let meld = try resolve("MELD", classes: 7)
        #expect(meld.optimizer.learningRate == 2e-5)
        #expect(meld.training.loss == .focalReleased)
        #expect(meld.training.focalGamma == 2.5)
        #expect(!meld.vuemo.projectText)
        for configuration in [iemocap, meld] {
            #expect(configuration.training.batchSize == 16)
            #expect(configuration.training.epochs == 100)
            #expect(configuration.training.seed == 1475)
            #expect(configuration.optimizer.weightDecay == 3e-5)
            #expect(configuration.vuemo.vueLayers == 4)
            #expect(configuration.vuemo.hypergraphLayers == 8)
            #expect(configuration.vuemo.hiddenSize == 512)
            #expect(configuration.vuemo.dropout == 0.5)
            #expect(configuration.training.threads == 2)
        }
        #expect(try resolve("MELD", classes: 6, preset: .iemocap).optimizer.learningRate == 1e-4)
    }

    @Test func anotherDatasetCountsItsOwnFrequencies() throws {
        #expect(try resolve("Other", classes: 2).training.classFrequencies == [0.75, 0.25])
        let paper = try resolve("Other", classes: 2, set: [ConfigurationAssignment(setting: "training.protocol=paper")])
        #expect(paper.training.classFrequencies == [0.5, 0.5])
    }

    @Test func refusesFrequenciesOfAnotherNumberOfClasses() {
        #expect(
            message { _ = try resolve("IEMOCAP", classes: 4) }.contains("lists 6 numbers but IEMOCAP has 4 classes"))
    }

    @Test func shuffleFollowsProtocolAndPreset() throws {
        let paper = try ConfigurationAssignment(setting: "training.protocol=paper")
        #expect(try resolve().training.shuffle)
        #expect(try !resolve(set: [paper]).training.shuffle)
        #expect(try resolve("MELD", classes: 7, set: [paper]).training.shuffle)
        #expect(try resolve(set: [paper, ConfigurationAssignment(setting: "training.shuffle=true")]).training.shuffle)
    }

    @Test func laterAssignmentsWin() throws {
        let file = try ConfigurationAssignment.parse(
            yaml: "training:\n  epochs: 7\n  batchSize: 4\noptimizer.learningRate: 0.5\n", name: "run.yaml")
        let flag = ConfigurationAssignment(key: "training.epochs", value: "9", option: "--epochs")
        let configuration = try resolve(set: file + [flag])
        #expect(configuration.training.epochs == 9)
        #expect(configuration.training.batchSize == 4)
        #expect(configuration.optimizer.learningRate == 0.5)
    }

    @Test func everyKeyRoundTripsThroughYAML() throws {
        var configuration = RunConfiguration(models: .all)
        configuration.vuemo.variant = .corrected
        configuration.vuemo.modalities = Modalities(letters: "al")!
        configuration.vuemo.hiddenSize = 34
        configuration.vuemo.vueLayers = 0
        configuration.vuemo.hypergraphLayers = 3
        configuration.vuemo.textNorm = .none
        configuration.vuemo.projectText = false
        configuration.vuemo.speakerEmbedding = false
        configuration.vuemo.textLayers = .numbers([1, 4])
        configuration.vuemo.vue = false
        configuration.vuemo.gai = .off
        configuration.vuemo.lgl = false
        configuration.vuemo.dropout = 0
        configuration.training.epochs = 5
        configuration.training.batchSize = 2
        configuration.training.seed = .max
        configuration.training.protocol = .paper
        configuration.training.shuffle = false
        configuration.training.loss = .focal
        configuration.training.focalGamma = 1.75
        configuration.training.classFrequencies = [0.1, 1e-7, 0.3]
        configuration.training.threads = 3
        configuration.training.prefetch = 4
        configuration.optimizer.learningRate = 2e-5
        configuration.optimizer.weightDecay = 0
        configuration.optimizer.beta1 = 0.5
        configuration.optimizer.beta2 = 0.25
        configuration.optimizer.epsilon = 1e-12
        configuration.optimizer.clipNorm = 2
        configuration.optimizer.schedule = .cosine
        configuration.optimizer.warmupEpochs = 0.5
        configuration.optimizer.finalRate = 0.1
        configuration.optimizer.plateauFactor = 0.3
        configuration.optimizer.plateauPatience = 2
        configuration.training.classWeighting = .effective
        configuration.training.effectiveNumberBeta = 0.9
        configuration.training.classWeightPower = 0.5
        configuration.training.classWeightCap = 30
        configuration.training.labelSmoothing = 0.1
        configuration.training.accumulation = 2
        configuration.training.selection = .macroF1
        configuration.training.patience = 3
        configuration.training.minimumImprovement = 0.25
        configuration.training.keepEvery = 5
        let defaults = RunConfiguration(models: .all)
        // Every key must differ from its default here, or the round trip would prove nothing about it.
        #expect(configuration.differences(from: defaults).count == configuration.sections.keys.count - 1)
        #expect(try RunConfiguration(yaml: configuration.yaml, name: "config.yaml", models: .all) == configuration)
        #expect(try RunConfiguration(yaml: defaults.yaml, name: "config.yaml", models: .all) == defaults)
    }

    @Test(arguments: [
        ("model.hidenSize", "model.hiddenSize"), ("learningRate", "optimizer.learningRate"),
        ("training.lr", "training.loss"),
        ("modle.dropout", "model.dropout"), ("training.batchsize", "training.batchSize"),
        ("optimizer.seed", "training.seed"),
        ("training.weightDecay", "optimizer.weightDecay"),
    ])
    func unknownKeysAreRefusedWithTheNearest(key: String, nearest: String) {
        let text = message { _ = try resolve(set: [ConfigurationAssignment(setting: "\(key)=1")]) }
        #expect(text == "--set: there is no key \(key); did you mean \(nearest)?")
    }

    @Test(arguments: [
        ("training.epochs=ten", "training.epochs must be a whole number from 1 to 100000, not \"ten\""),
        ("training.epochs=0", "training.epochs must be a whole number from 1 to 100000, not \"0\""),
        ("training.epochs=1.5", "not \"1.5\""),
        ("training.seed=-1", "training.seed must be a whole number from 0"),
        ("model.dropout=1", "model.dropout must be a number from 0 to below 1"),
        ("model.dropout=nan", "model.dropout must be"),
        ("model.variant=fixed", "must be one of released, corrected"),
        ("model.modalities=avx", "model.modalities must be letters out of a (audio), v (visual), l (text)"),
        ("model.textNorm=[batch]", "not a list"),
        ("training.shuffle=maybe", "must be true or false"),
        ("training.classFrequencies=0.5", "must be a list of positive numbers"),
        ("training.classFrequencies=[0.5, 0]", "must be a list of positive numbers"),
        ("model.hiddenSize=33", "must be even, not 33"),
        ("model.gai=none", "model.gai must be one of joint, off, not \"none\""),
        ("model.textLayers=0,1", "model.textLayers must be all, or different numbers of layers from 1"),
        ("model.textLayers=2,2", "model.textLayers must be all"),
        ("model.textLayers=first", "not \"first\""),
    ])
    func refusedValuesNameTheKeyAndWhatItTakes(setting: String, expected: String) {
        let text = message { _ = try resolve(set: [ConfigurationAssignment(setting: setting)]) }
        #expect(text.contains(expected), "\(text)")
    }

    @Test func malformedSettingsAndFilesAreRefused() {
        #expect(message { _ = try ConfigurationAssignment(setting: "training.epochs") }.contains("key=value"))
        #expect(message { _ = try ConfigurationAssignment(setting: "a=[1") }.contains("is not a value"))
        #expect(
            message { _ = try ConfigurationAssignment.parse(yaml: "a: [", name: "run.yaml") }.hasPrefix(
                "run.yaml is not valid YAML"))
        #expect(
            message { _ = try ConfigurationAssignment.parse(yaml: "- 1", name: "run.yaml") }.contains("keys and values")
        )
        #expect((try? ConfigurationAssignment.parse(yaml: "", name: "run.yaml"))?.isEmpty == true)
    }

    @Test func aRunsRecordRoundTripsAndCanBeGivenAgainAsAConfiguration() throws {
        let record = RunRecord(
            configuration: try resolve(), storePath: "/data/my store: \"1\".h5", dataset: "IEMOCAP",
            contentID: "0123456789",
            storeFormatVersion: "1.0.0", initialParameters: "/data/start.h5", toolVersion: "0.1.0")
        #expect(try RunRecord(yaml: record.yaml, name: "config.yaml", models: .all) == record)
        let again = try RunConfiguration.assignments(yaml: record.yaml, name: "config.yaml")
        #expect(try resolve(set: again) == record.configuration)
        #expect(
            message {
                _ = try RunRecord(yaml: RunConfiguration(models: .all).yaml, name: "config.yaml", models: .all)
            }.contains("which store"))
    }
}
