import ArgumentParser
import Configuration
import Experiments
import FeatureStore
import Foundation
import Models
import Training

/// The options that say what of a store is told apart and how its dialogues are divided: those of the keys under `data`.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which labels are learnt: emotion, or others that the store holds, such as sentiment. (default: emotion)",
            valueName: "name"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "The classes that are told apart, merged and renamed, as in happy+excited=happy,sad,angry; others are dropped. iemocap-4 is happy+excited=happy,sad,neutral,angry. (default: the store's)",
            valueName: "classes"))
    var classes: String?

    @Option(
        help: ArgumentHelp(
            "Cross-validation: divide all dialogues into this many parts, stratified by class, and train a run for each, which tests on it.",
            valueName: "n"))
    var folds: Int?

    @Option(help: ArgumentHelp("With --folds, only the run that tests on this part, from 1.", valueName: "n"))
    var fold: Int?

    @Option(
        help: ArgumentHelp(
            "Train a run for each group of dialogues, which tests on it: session (IEMOCAP's), speaker, or a regular expression over the ids whose one capture names the group.",
            valueName: "what"))
    var leaveGroupOut: String?

    @Option(
        help: ArgumentHelp("With --folds, what lies in one part, as for --leave-group-out.", valueName: "what"))
    var groupBy: String?

    @Option(
        help: ArgumentHelp(
            "Take the split valid from the train dialogues, stratified by class; train+valid:0.1 joins a split valid of the store with train first. (default: train:0.1 with --folds and --leave-group-out)",
            valueName: "train:share"))
    var validFrom: String?

    @Option(help: ArgumentHelp("Chooses among equal dialogues where they are divided. (default: 0)", valueName: "n"))
    var splitSeed: UInt64?

    func validate() throws {
        if leaveGroupOut != nil, folds != nil || fold != nil || groupBy != nil {
            throw ValidationError(
                "--leave-group-out divides the dialogues by itself; leave --folds, --fold and --group-by out.")
        }
        if fold != nil, folds == nil { throw ValidationError("--fold is one part of --folds: --folds 5 --fold 1.") }
        if let folds, !(2...100_000).contains(folds) {
            throw ValidationError("--folds takes a whole number from 2 to 100000.")
        }
    }

    /// What the options set.
    var assignments: [ConfigurationAssignment] {
        let named: [(option: String, key: String, value: String?)] = [
            ("--target", "target", target), ("--classes", "classes", classes),
            ("--folds", "folds", folds.map(String.init)), ("--fold", "fold", fold.map(String.init)),
            ("--leave-group-out", "groupBy", leaveGroupOut), ("--group-by", "groupBy", groupBy),
            ("--valid-from", "validFrom", validFrom), ("--split-seed", "splitSeed", splitSeed.map(String.init)),
        ]
        return named.compactMap { option, key, value in
            value.map { ConfigurationAssignment(key: "data.\(key)", value: $0, option: option) }
        }
    }
}
