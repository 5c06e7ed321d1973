import Configuration
import ConversationModels
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
        ("model.modalities=av", "model.speakerEmbedding=false", "text is not among model.modalities (av)"),
        ("model.modalities=a", "model.textLayers=1,4", "text is not among model.modalities (a)"),
        ("model.modalities=v", "model.encoder=none", "text is not among model.modalities (v)"),
        (
            "model.modalities=l", "model.encodeAudioVisual=true",
            "neither audio nor visual is among model.modalities (l)"
        ),
        ("model.encoder=none", "model.encodeAudioVisual=true", "model.encoder is none"),
        ("model.variant=released", "model.gai=separate", "model.variant is released, whose context is one number"),
    ])
    func aSwitchThatChangesNothingIsRefused(setting: String, thrown: String, reason: String) throws {
        func said(_ settings: [String]) -> String {
            message { _ = try resolve(set: settings.map { try ConfigurationAssignment(setting: $0) }) }
        }
        #expect(said([setting, thrown]).hasPrefix("\(thrown) has no effect, because \(reason)"))
        #expect(said([setting, thrown]).hasSuffix("; leave it out."))
        // Elsewhere it is taken.
        #expect(said([thrown, "model.variant=corrected"]) == "no error")
    }

    /// Nothing would bring the text to the width of the other streams.
    @Test func withoutEncoderAndProjectionTextHasNoWidth() throws {
        for encoder in ["none", "transformer"] {
            let settings = ["model.encoder=\(encoder)", "model.projectText=false"]
            let said = message { _ = try resolve(set: settings.map { try ConfigurationAssignment(setting: $0) }) }
            #expect(said.hasPrefix("model.encoder=\(encoder) needs model.projectText=true"), "\(said)")
        }
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
        // The public code seeds anew in every epoch, and has a seed of its own for MELD.
        #expect(try resolve(set: [paper]).training.reseedEachEpoch && !resolve().training.reseedEachEpoch)
        let varied = try ConfigurationAssignment(setting: "training.reseedEachEpoch=false")
        #expect(try !resolve(set: [paper, varied]).training.reseedEachEpoch)
        #expect(try resolve("MELD", classes: 7, set: [paper]).training.seed == 67_137)
        #expect(try resolve("MELD", classes: 7).training.seed == 1475)
        #expect(try resolve(set: [paper]).training.seed == 1475)
        let seed = try ConfigurationAssignment(setting: "training.seed=5")
        #expect(try resolve("MELD", classes: 7, set: [paper, seed]).training.seed == 5)
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
        configuration.vuemo.gai = .separate
        configuration.vuemo.encoder = .none
        configuration.vuemo.encodeAudioVisual = true
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
        configuration.training.microF1Without = ClassNames(["neutral", "no emotion, at all"])
        configuration.training.selection = .macroF1
        configuration.training.patience = 3
        configuration.training.minimumImprovement = 0.25
        configuration.training.keepEvery = 5
        configuration.training.averageLast = 4
        configuration.training.reseedEachEpoch = true
        configuration.data.target = "sentiment"
        configuration.data.classes = ClassChoice(.scalar("a\\,b+c=d: 'e' # f,yes")) ?? .all
        configuration.data.folds = 5
        configuration.data.fold = 2
        configuration.data.groupBy = .pattern("^(Ses0[0-9]): #")
        configuration.data.leaveOut = "[null]"
        configuration.data.validFrom = .share(0.125, joiningValid: true)
        configuration.data.splitSeed = .max
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
        ("model.gai=none", "model.gai must be one of joint, separate, off, not \"none\""),
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

    // MARK: A run's config.yaml, given to another run

    /// Texts of which each key takes some; those that YAML has another meaning for among them.
    private static let texts =
        [
            "0", "1", "2", "6", "0.25", "1e-7", "true", "false", "none", "all", "1,4", "al", "speaker", "session",
            "^([^_]*) &_", "train:0.1",
            "train+valid:0.25", "iemocap-4", "a\\,b+c=d: 'e' # f,*yes", "on", "&x", "null", "[x]",
            "18446744073709551615",
        ].map { ConfigurationNode.scalar($0) }
        + [["0.1", "1e-7", "3", "4", "5", "6.5"], ["sad", "no emotion, &so *on"], []].map { .list($0) }

    /// What a key cannot be set without.
    private static let companions = [
        "data.folds": ("data.fold", "1"), "data.fold": ("data.folds", "9"),
        "data.leaveOut": ("data.groupBy", "speaker"),
    ]

    /// Values of a key that are not its default: all of a choice, some of others.
    private func values(of key: any AnyKey) -> [ConfigurationNode] {
        let words = key.expectation.dropFirst("one of ".count).split(separator: ", ").map {
            ConfigurationNode.scalar(String($0))
        }
        let isChoice = key.expectation.hasPrefix("one of ") && words.allSatisfy { key.read($0) != nil }
        return (isChoice ? words : Self.texts.filter { key.read($0) != nil }).filter { $0 != key.defaultNode }
    }

    /// Many keys are set at once, each to one value after the other, and choices also alone, as what nobody sets follows from them.
    @Test(arguments: ModelRegister.all.models.map(\.name)) func aRunsRecordGivesTheSameRun(model: String) throws {
        let name = ConfigurationAssignment(key: "model.name", value: model, option: "--model")
        func resolve(_ dataset: String, _ assignments: [ConfigurationAssignment], threads: Int) throws
            -> RunConfiguration
        {
            let facts = DatasetFacts(name: dataset, classes: 6) {
                $0 == .sound ? [3, 1, 4, 1, 5, 9] : [3, 1, 4, 1, 5, 10]
            }
            return try RunConfiguration.resolve(
                dataset: facts, preset: nil, assignments: assignments, threads: threads, models: .all)
        }
        func expectSame(_ dataset: String, _ assignments: [ConfigurationAssignment]) throws {
            let record = RunRecord(
                configuration: try resolve(dataset, assignments, threads: 2), storePath: "/s.h5", dataset: dataset,
                contentID: "1",
                storeFormatVersion: "1.1.0", toolVersion: "0")
            #expect(try RunRecord(yaml: record.yaml, name: "config.yaml", models: .all) == record)
            let given = try RunConfiguration.assignments(yaml: record.yaml, name: "config.yaml")
            let again = try resolve(dataset, given, threads: 7)
            #expect(again == record.configuration, "\(again.differences(from: record.configuration))")
        }
        let sections = try resolve("X", [name], threads: 2).sections
        // What is no model's is the same for all.
        let isFirst = model == ModelRegister.all.first.name
        let keys = sections.keys.filter { ($0.hasPrefix("model.") || isFirst) && $0 != "training.threads" }
        var tried: [String: Set<String>] = [:]
        let most = keys.compactMap { sections.key($0).map { values(of: $0).count } }.max() ?? 0
        for round in 0..<most {
            var assignments = [name]
            for key in round.isMultiple(of: 2) ? keys : keys.reversed() {
                guard let values = sections.key(key).map(values), round < values.count else { continue }
                var more = [ConfigurationAssignment(key: key, value: values[round], origin: "--set")]
                if let (other, value) = Self.companions[key] {
                    more.append(ConfigurationAssignment(key: other, value: value, option: "--set"))
                }
                guard (try? resolve("X", assignments + more, threads: 2)) != nil else { continue }
                assignments += more
                tried[key, default: []].insert(values[round].text)
            }
            try expectSame("X", assignments)
        }
        for key in keys {
            let values = sections.key(key).map(values) ?? []
            guard sections.key(key)?.expectation.hasPrefix("one of ") == true else { continue }
            for value in values {
                let one = ConfigurationAssignment(key: key, value: value, origin: "--set")
                for dataset in ["X", "IEMOCAP", "MELD"] where (try? resolve(dataset, [name, one], threads: 2)) != nil {
                    try expectSame(dataset, [name, one])
                    tried[key, default: []].insert(value.text)
                }
            }
            #expect(Set(values.map(\.text)) == tried[key], "every choice of \(key)")
        }
        #expect(Set(tried.keys) == Set(keys))
    }

    /// What a file says of frequencies and effective numbers cannot both be: those of a run are what it counted, others are told.
    @Test func effectiveNumbersAreCountedWhateverAFileSays() throws {
        let facts = DatasetFacts(name: "X", classes: 2) { _ in [3, 1] }
        func resolve(yaml: String, _ settings: String...) throws -> (frequencies: [Double], told: [String]) {
            let assignments =
                try RunConfiguration.assignments(yaml: yaml, name: "c.yaml")
                + settings.map { try ConfigurationAssignment(setting: $0) }
            let configuration = try RunConfiguration.resolve(
                dataset: facts, preset: nil, assignments: assignments, threads: 1, models: .all)
            return (configuration.training.classFrequencies, configuration.withoutEffect(assignments, preset: nil))
        }
        // (1 - 0.5^3) / (1 - 0.5) and 1, over their sum.
        let counted = [1.75 / 2.75, 1 / 2.75]
        let beta = "training.effectiveNumberBeta=0.5"
        let run = try resolve(yaml: "training: {classWeighting: effective}", beta)
        #expect(zip(run.frequencies, counted).allSatisfy { abs($0 - $1) < 1e-15 } && run.told == [])
        let again = try resolve(
            yaml: "training: {classWeighting: effective, classFrequencies: \(run.frequencies)}", beta)
        #expect(again == run)
        let told = [
            "training.classFrequencies, set by c.yaml, has no effect, because training.classWeighting=effective counts the classes itself."
        ]
        let other = try resolve(
            yaml: "training: {classFrequencies: [0.5, 0.5]}", beta, "training.classWeighting=effective")
        #expect(other.frequencies == run.frequencies && other.told == told)
        #expect(
            message {
                _ = try resolve(yaml: "", "training.classWeighting=effective", "training.classFrequencies=[0.5, 0.5]")
            }
            .hasSuffix("training.classFrequencies cannot be set with it; leave one of them out."))
    }
}
