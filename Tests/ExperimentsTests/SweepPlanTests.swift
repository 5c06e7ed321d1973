import Configuration
import FeatureStore
import Foundation
import Models
import TestSupport
import Testing

@testable import Experiments

/// The file of a sweep: what it means, and what is said of faults in it.
@Suite struct SweepPlanTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        try SyntheticStore().write(to: folder.file("store.h5"))
        store = try Store(opening: folder.file("store.h5"))
    }

    private func sweep(_ yaml: String) throws -> Sweep {
        try Sweep(SweepPlan(yaml: yaml, name: "sweep.yaml"), store: store, threads: 1, models: .all)
    }

    private func message(_ yaml: String) -> String {
        do {
            _ = try sweep(yaml)
            return "no error"
        } catch {
            return "\(error)".replacing(folder.file("store.h5"), with: "STORE")
        }
    }

    @Test func aGridHasEveryCombination() throws {
        let sweep = try sweep(
            """
            store: a.h5
            seeds: [4, 5]
            configuration:
              training: {epochs: 7}
            parameters:
              optimizer.learningRate: [1e-4, 0.001]
              model.dropout: {min: 0.1, max: 0.5, count: 3}
            """)
        #expect(sweep.plan.store == "a.h5" && sweep.plan.method == .grid)
        #expect(
            sweep.trials.map(\.name) == [
                "learningRate=0.0001,dropout=0.1", "learningRate=0.0001,dropout=0.3", "learningRate=0.0001,dropout=0.5",
                "learningRate=0.001,dropout=0.1", "learningRate=0.001,dropout=0.3", "learningRate=0.001,dropout=0.5",
            ])
        #expect(sweep.names[1] == "learningRate=0.0001,dropout=0.1,seed=5" && sweep.runs == 12)
        let last = sweep.trials[5].runs[1].configuration
        #expect(last.training.seed == 5 && last.training.epochs == 7 && last.optimizer.learningRate == 0.001)
        #expect(last.text(of: "model.dropout") == "0.5")
        #expect(
            sweep.overview(in: "runs/x").hasPrefix("6 combinations with 2 seeds each\n\nin runs/x:\n  learningRate="))
    }

    @Test func everyCombinationHasARunForEachPart() throws {
        let groups = try sweep(
            "seeds: [3]\nleaveGroupOut: (dialogue-1?)\nparameters:\n  model.dropout: [0.1, 0.2]\n")
        #expect(
            groups.names == [
                "dropout=0.1,seed=3,group=dialogue-", "dropout=0.1,seed=3,group=dialogue-1",
                "dropout=0.2,seed=3,group=dialogue-", "dropout=0.2,seed=3,group=dialogue-1",
            ])
        let data = groups.trials[1].runs[1].configuration.data
        #expect(data.leaveOut == "dialogue-1" && data.groupBy == .pattern("(dialogue-1?)") && data.folds == 0)
        #expect(groups.overview(in: "x").hasPrefix("2 combinations with 2 groups each\n"))
        let folds = try sweep(
            "folds: 2\nconfiguration: {data.splitSeed: 4, data.validFrom: train:0.2}\nparameters: {model.dropout: [0.1]}\n"
        )
        #expect(folds.names == ["dropout=0.1,fold=1", "dropout=0.1,fold=2"])
        let keys = ["folds", "fold", "splitSeed", "validFrom"].map {
            folds.trials[0].runs[1].configuration.text(of: "data.\($0)")
        }
        #expect(keys == ["2", "2", "4", "train:0.2"])
        // Counted on the dialogues that each part trains on.
        let counts = folds.trials[0].runs.map { $0.configuration.text(of: "training.classFrequencies") }
        #expect(Set(counts).count == 2)
    }

    @Test func ofWholeNumbersOnlyWholeOnesAreTried() throws {
        let grid = try sweep("parameters:\n  model.hiddenSize: {min: 4, max: 64, count: 3, scale: log}\n")
        #expect(grid.trials.map(\.values) == [["4"], ["16"], ["64"]])
        let drawn = try sweep("method: random\ndraws: 3\nparameters:\n  model.vueLayers: {min: 1, max: 3}\n")
        #expect(Set(drawn.trials.map { $0.values[0] }) == ["1", "2", "3"])
    }

    @Test func drawsStayWithinTheirBoundsAndAreTheSameAgain() throws {
        func drawn(_ count: Int, seed: Int, _ order: [String]) throws -> [[String: String]] {
            let lines = [
                "rate": "  optimizer.learningRate: {min: 1e-5, max: 1e-2, scale: log}\n",
                "dropout": "  model.dropout: {min: 0, max: 0.75}\n",
                "loss": "  training.loss: [focal, cross-entropy]\n",
            ]
            let sweep = try sweep(
                "method: random\ndraws: \(count)\ndrawSeed: \(seed)\nparameters:\n" + order.map { lines[$0]! }.joined())
            return sweep.trials.map {
                Dictionary(uniqueKeysWithValues: zip(sweep.plan.parameters.map(\.key), $0.values))
            }
        }
        let values = try drawn(200, seed: 3, ["rate", "dropout", "loss"])
        let rates = values.compactMap { $0["optimizer.learningRate"].flatMap(Double.init) }
        let dropouts = values.compactMap { $0["model.dropout"].flatMap(Double.init) }
        #expect(rates.count == 200 && rates.allSatisfy { (1e-5...1e-2).contains($0) })
        #expect(dropouts.count == 200 && dropouts.allSatisfy { (0...0.75).contains($0) })
        // Of a logarithmic range each decade has a third: 67 of 200, give or take four standard deviations.
        #expect(abs(rates.count { $0 < 1e-4 } - 67) < 27 && abs(rates.count { $0 > 1e-3 } - 67) < 27)
        #expect(abs(dropouts.reduce(0, +) / 200 - 0.375) < 0.062)
        #expect(Set(values.map { $0["training.loss"] }) == ["focal", "cross-entropy"])
        // The first ones do not depend on how many there are, nor on the order of the keys.
        #expect(try drawn(20, seed: 3, ["loss", "rate", "dropout"]) == Array(values.prefix(20)))
        #expect(try drawn(20, seed: 4, ["loss", "rate", "dropout"]) != Array(values.prefix(20)))
    }

    @Test func halvingHasFewerRunsOfMoreEpochs() throws {
        func rounds(_ settings: String, draws: Int, most: Int) throws -> [[Int]] {
            try sweep(
                "method: halving\ndraws: \(draws)\n\(settings)configuration: {training.epochs: \(most)}\nparameters:\n"
                    + "  model.dropout: {min: 0, max: 0.5}\n"
            ).rounds.map { [$0.epochs ?? 0, $0.trials] }
        }
        #expect(try rounds("", draws: 27, most: 27) == [[1, 27], [3, 9], [9, 3], [27, 1]])
        #expect(try rounds("halving: {epochs: 2, factor: 2}\n", draws: 5, most: 7) == [[2, 5], [4, 2], [7, 1]])
        #expect(try rounds("halving: {epochs: 50}\n", draws: 4, most: 7) == [[7, 4]])
    }

    @Test func namesAreOnesThatAFolderCanHave() {
        #expect(SweepNames.short(["model.dropout", "optimizer.beta1"]) == ["dropout", "beta1"])
        #expect(SweepNames.short(["a.x", "b.x", "b.y"]) == ["a.x", "b.x", "y"])
        #expect(SweepNames.folder([("a", "1e-05"), ("b", "true")]) == "a=1e-05,b=true")
        let (odd, other) = (SweepNames.folder([("a", "[1, 2]/é")]), SweepNames.folder([("a", "[1, 2]/è")]))
        #expect(odd.hasPrefix("a=-1,-2-----") && odd != other)
        let long = (1...60).map { ("key\($0)", "1") }
        #expect(SweepNames.folder(long).utf8.count < 160)
    }

    @Test(arguments: [
        ("metod: grid\n", "sweep.yaml, line 1: there is no metod here; did you mean method?"),
        (
            "method: gird\nparameters: {a.b: [1]}\n",
            "sweep.yaml, line 1: method must be one of grid, random, halving, not \"gird\"."
        ),
        ("method: grid\n", "sweep.yaml: there are no parameters; list the keys to vary"),
        (
            "parameters:\n  model.dropout: [0.1]\n  optimizer.learnigRate: [1]\n",
            "sweep.yaml, line 3: there is no key optimizer.learnigRate; did you mean optimizer.learningRate?"
        ),
        (
            "parameters:\n  optimizer.learnigRate: {min: 1, max: 2, count: 2}\n",
            "sweep.yaml, line 2: there is no key optimizer.learnigRate; did you mean optimizer.learningRate?"
        ),
        (
            "parameters:\n  model.dropout: [0.1, 2]\n",
            "sweep.yaml, line 2: model.dropout must be a number from 0 to below 1, not \"2\"."
        ),
        (
            "parameters:\n  model.dropout: {min: 0.5, max: 1.5, count: 2}\n",
            "sweep.yaml, line 2: model.dropout must be a number from 0 to below 1, not \"1.5\"."
        ),
        (
            "configuration:\n  training:\n    epoch: 3\nparameters:\n  model.dropout: [0.1]\n",
            "sweep.yaml, line 3: there is no key training.epoch; did you mean training.epochs?"
        ),
        ("parameters:\n  model.dropout: 0.5\n", "sweep.yaml, line 2: model.dropout has one value;"),
        ("parameters:\n  model.dropout: []\n", "sweep.yaml, line 2: the list is empty;"),
        ("parameters:\n  model: {dropout: [0.5]}\n", "sweep.yaml, line 2: write the keys in full"),
        ("parameters:\n  model.dropout: {min: 0}\n", "sweep.yaml, line 2: a range needs min and max"),
        (
            "parameters:\n  model.dropout:\n    min: 0.5\n    max: 0.1\n",
            "sweep.yaml, line 4: max must be larger than min."
        ),
        (
            "parameters:\n  model.dropout: {min: 0, max: 0.5, scale: log}\n",
            "sweep.yaml, line 2: min must be above 0 where scale is log."
        ),
        (
            "parameters:\n  model.dropout: {min: 0, max: 0.5, skale: log}\n",
            "sweep.yaml, line 2: there is no skale here; did you mean scale?"
        ),
        ("parameters:\n  model.dropout: {min: 0, max: 0.5}\n", "sweep.yaml, line 2: in a grid a range needs count"),
        (
            "parameters:\n  training.loss: {min: 0, max: 1, count: 2}\n",
            "sweep.yaml, line 2: training.loss must be one of"
        ),
        ("parameters:\n  training.seed: [1, 2]\n", "sweep.yaml, line 2: seeds are no parameter that is chosen"),
        (
            "parameters:\n  training.selection: [loss, accuracy]\n",
            "sweep.yaml, line 2: runs are ranked by training.selection"
        ),
        (
            "seeds: [1, 1]\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: seeds must be a list of different whole numbers"
        ),
        (
            "seeds: [-1]\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: seeds must be a list of different whole numbers"
        ),
        ("method: random\nparameters: {model.dropout: [0.1]}\n", "sweep.yaml: method random needs draws"),
        (
            "method: random\ndraws: 3\nparameters: {model.dropout: [0.1, 0.2]}\n",
            "sweep.yaml: 3 combinations are to be drawn, and hardly more than 2 are different"
        ),
        (
            "draws: 3\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: a grid has all combinations and draws none"
        ),
        ("drawSeed: 3\nparameters: {model.dropout: [0.1]}\n", "sweep.yaml, line 1: nothing is drawn"),
        (
            "draws: 0\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: draws must be a whole number from 1 to 10000, not \"0\"."
        ),
        (
            "halving: {epochs: 2}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: these are settings of method: halving"
        ),
        (
            "configuration: {model.dropout: 0.1}\nparameters:\n  model.dropout: [0.1]\n",
            "sweep.yaml, line 3: model.dropout is set under configuration too"
        ),
        (
            "parameters:\n  optimizer.learningRate: [1e-4, 0.0001]\n",
            "sweep.yaml: two combinations are the same run, learningRate=0.0001; give every value once."
        ),
        (
            "configuration: {training.protocol: paper}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml: a sweep chooses by the split valid"
        ),
        (
            "method: halving\nconfiguration: {optimizer.schedule: cosine}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml: with optimizer.schedule=cosine every step depends on the number of epochs"
        ),
        (
            "method: halving\nparameters: {training.epochs: [1, 2]}\n",
            "sweep.yaml, line 2: halving gives its runs their epochs"
        ),
        (
            "preset: iemcap\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: preset must be one of iemocap, meld"
        ),
        (
            "folds: 1\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: folds must be a whole number from 2 to 100000, not \"1\"."
        ),
        (
            "leaveGroupOut: none\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: leaveGroupOut must be session, speaker or a regular expression with one capture"
        ),
        (
            "leaveGroupOut: session\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: STORE cannot be divided: "
        ),
        (
            "folds: 50\nparameters: {model.dropout: [0.1]}\n",
            "STORE cannot be divided: 11 dialogues cannot be divided into 50 parts"
        ),
        (
            "folds: 50\nconfiguration: {training.classFrequencies: [0.1, 0.2, 0.3]}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: STORE cannot be divided: 11 dialogues cannot be divided into 50 parts"
        ),
        (
            "seeds: [1, 2]\nfolds: 50001\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml: there are 100002 runs, one for each combination, seed and part, more than 100000;"
        ),
        (
            "folds: 2\nleaveGroupOut: session\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 2: leaveGroupOut divides the dialogues by itself; leave folds out."
        ),
        (
            "parameters:\n  data.fold: [1, 2]\n",
            "sweep.yaml, line 2: parts of the dialogues are no parameter that is chosen; give all of them as folds: 5"
        ),
        (
            "folds: 2\nconfiguration: {data.fold: 1}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 2: folds asks for runs on all parts of the dialogues; leave data.fold out."
        ),
        (
            "leaveGroupOut: session\nconfiguration: {data.groupBy: speaker}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 2: leaveGroupOut asks for runs on all parts of the dialogues; leave data.groupBy out."
        ),
        (
            "configuration: {data.folds: 4}\nparameters: {model.dropout: [0.1]}\n",
            "sweep.yaml, line 1: nothing says which of the folds is test; write folds: 4 beside configuration"
        ),
        ("parameters: {model.name: [gru, lstm]}\n", "sweep.yaml, line 1: model.name must be one of"),
        ("parameters: {a.b: [[1], {c: 2}]}\n", "sweep.yaml, line 1: there is no key a.b"),
        ("[1, 2]\n", "sweep.yaml must hold keys and values"),
    ])
    func faultsAreToldWithTheirLine(yaml: String, expected: String) {
        #expect(message(yaml).hasPrefix(expected), "\(message(yaml))")
    }

    @Test func aGridThatNobodyCanTrainIsRefused() {
        let values = (1...101).map { "0.\($0 + 100)" }.joined(separator: ", ")
        let yaml = "parameters:\n  model.dropout: [\(values)]\n  optimizer.beta1: [\(values)]\n"
        #expect(
            message(yaml).hasPrefix("sweep.yaml, line 3: with this key there are 10201 combinations, more than 10000;"))
    }

    @Test func modelsCanBeTriedToo() throws {
        let sweep = try sweep(
            "parameters:\n  model.name: [vuemo, gru]\n  model.hiddenSize: {min: 4, max: 8, count: 2}\n")
        #expect(
            sweep.trials.map(\.name) == [
                "name=vuemo,hiddenSize=4", "name=vuemo,hiddenSize=8", "name=gru,hiddenSize=4", "name=gru,hiddenSize=8",
            ])
    }
}
