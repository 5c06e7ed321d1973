import ArgumentParser
import CommandSupport
import Configuration
import Conversations
import Experiments
import FeatureStore
import Foundation
import Models
import Training

/// `vuemo ablate`: a model with every subset of the modalities.
struct Ablate: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Train with every subset of the modalities.",
        usage: "vuemo ablate [<options>] <store>",
        discussion: """
            Each subset is a run of its own, with each seed if --seeds is given; at the end they are compared. The same command goes on \
            where it was stopped.

            Examples:
              vuemo ablate iemocap.h5 --seeds 1,2,3 --epochs 15
              vuemo ablate meld.h5 --variant corrected --output runs/meld-modalities
            """)

    @Argument(help: "The store to train on.")
    var store: String

    @OptionGroup(title: "Configuration") var options: ConfigurationOptions
    @OptionGroup(title: "Configuration") var series: SeriesOptions

    @Option(
        name: .shortAndLong,
        help: "The folder of all runs. (default: runs/<dataset>-<variant or model>-modalities)")
    var output: String?

    @Flag(help: "Do not check the features' checksums first.")
    var skipVerification = false

    @OptionGroup(title: "Output") var quietness: QuietFlag
    @OptionGroup(title: "Output") var report: FormatOption

    func validate() throws {
        _ = try series.numbers()
        guard options.modalities == nil else {
            throw ValidationError("vuemo ablate chooses the modalities itself; leave --modalities out.")
        }
    }

    func run() throws {
        let store = try Store(opening: store)
        let there = Modality.allCases.filter { !store.features(of: $0).isEmpty }
        let seeds = try series.numbers()
        var entries: [RunSeries.Entry] = []
        // Larger subsets first, as the papers' tables have them.
        for modalities in Modalities.subsets(of: there) {
            for seed in seeds.map({ $0.map(Optional.some) }) ?? [nil] {
                let configuration = try options.resolved(
                    store, adding: ["model.modalities=\(modalities)"] + (seed.map { ["training.seed=\($0)"] } ?? []))
                entries.append(
                    RunSeries.Entry(
                        name: "\(modalities)" + (seed.map { "-seed-\($0)" } ?? ""), configuration: configuration))
            }
        }
        let label = entries[0].configuration.label
        try SeriesRunner(
            store: store, quiet: quietness.quiet, skipVerification: skipVerification, format: report.format
        ).run(
            entries, in: output ?? SeriesRunner.defaultFolder(store, "\(label)-modalities"), by: ["model.modalities"])
    }
}
