import ArgumentParser
import CommandSupport
import Configuration
import Conversations
import Experiments
import FeatureStore
import Foundation
import Models
import Training

/// `vuemo ablate`: a model with every subset of the modalities, or without each of its modules.
struct Ablate: ListedCommand {
    static let section = CommandSection.model
    static let configuration = CommandConfiguration(
        abstract: "Train without each modality or each module.",
        usage: "vuemo ablate [<options>] <store>",
        discussion: """
            Each row of the table is a run of its own, with each seed if --seeds is given and on each part of the dialogues with --folds \
            or --leave-group-out; at the end they are compared with the first one. Of modalities: every subset. Of modules: the full model, and the same without the virtual unified emotion (VUE), the \
            global attention (GAI), the local graph (LGL), the speakers' embedding, and each layer of the text. The same command goes \
            on where it was stopped.

            Examples:
              vuemo ablate iemocap.h5 --seeds 1,2,3 --epochs 15
              vuemo ablate meld.h5 --of modules --variant corrected --format latex
              vuemo ablate iemocap.h5 --leave-group-out session --jobs 2
            """)

    @Argument(help: "The store to train on.")
    var store: String

    @Option(help: "What is left out: modalities or modules.")
    var of = AblationKind.modalities

    @OptionGroup(title: "Configuration") var options: ConfigurationOptions
    @OptionGroup(title: "Configuration") var series: SeriesOptions

    @Option(
        name: .shortAndLong,
        help:
            "The folder of all runs. (default: runs/<dataset>-<variant or model>-<modalities or modules>, with folds or groups behind it)"
    )
    var output: String?

    @Flag(help: "Do not check the features' checksums first.")
    var skipVerification = false

    @OptionGroup var time: TimeLimitOption
    @OptionGroup var jobs: JobsOption

    @OptionGroup(title: "Output") var quietness: QuietFlag

    @Option(help: "How the table is written.")
    var format = RunComparison.Form.text

    func validate() throws {
        _ = try series.numbers()
        guard of != .modalities || options.modalities == nil else {
            throw ValidationError("vuemo ablate chooses the modalities itself; leave --modalities out.")
        }
    }

    func run() throws {
        let store = try Store(opening: store)
        let division = try options.data.division()
        let part = try division?.parts(of: store).first?.assignment
        let rows = try AblationRow.all(
            of, store, base: options.resolution(DatasetFacts(store), assigning: part.map { [$0] } ?? []).configuration)
        let entries = try options.entries(
            store, rows: rows.map { SeriesRow(folder: $0.folder, settings: $0.settings) }, seeds: series.numbers(),
            threads: jobs.threads)
        let label = ([entries[0].configuration.label, of.rawValue] + (division.map { [$0.name] } ?? []))
            .joined(separator: "-")
        let folder = output ?? SeriesRunner.defaultFolder(store, label)
        let runner = SeriesRunner(
            store: store, jobs: jobs.processes, quiet: quietness.quiet, skipVerification: skipVerification, time: time)
        let (finished, failed) = try runner.run(entries, in: folder)
        if !finished.isEmpty {
            let there = Set(finished.map(\.path))
            let each = entries.count / rows.count
            let groups = try rows.enumerated().map { index, row in
                let own = entries[index * each..<(index + 1) * each].map {
                    RunFolder("\(folder)/\($0.name)")
                }
                return (
                    name: row.name,
                    runs: try own.filter { there.contains($0.path) }.map { try FinishedRun($0, models: .all) }
                )
            }
            try SeriesRunner.print(RunComparison(groups, keys: of.keys), as: format)
        }
        try SeriesRunner.tell(failed, of: entries.count)
    }
}

/// What an ablation leaves out.
enum AblationKind: String, ExpressibleByArgument, CaseIterable {
    case modalities, modules

    /// The keys that differ between its rows.
    var keys: [String] {
        switch self {
        case .modalities: ["model.modalities"]
        case .modules: ["model.vue", "model.gai", "model.lgl", "model.speakerEmbedding", "model.textLayers"]
        }
    }
}

/// A row of an ablation's table.
struct AblationRow {
    /// As the papers' tables call it.
    let name: String
    /// The name of its folder; with a seed behind it, where there are several.
    let folder: String
    /// What is set, as after `--set`.
    let settings: [String]

    /// The rows of a store and a model, the full one first.
    /// - Throws: `ConfigurationError` where the model has no modules to leave out.
    static func all(_ kind: AblationKind, _ store: Store, base: RunConfiguration) throws(ConfigurationError)
        -> [AblationRow]
    {
        switch kind {
        case .modalities:
            // Larger subsets first, as the papers' tables have them.
            let there = Modality.allCases.filter { !store.features(of: $0).isEmpty }
            return Modalities.subsets(of: there).map {
                AblationRow(name: "modalities=\($0)", folder: "\($0)", settings: ["model.modalities=\($0)"])
            }
        case .modules: return try modules(of: base, textLayers: store.features(of: .text).count)
        }
    }

    private static func modules(
        of base: RunConfiguration, textLayers: Int
    ) throws(ConfigurationError) -> [AblationRow] {
        func without(_ name: String, _ folder: String, _ key: String, _ value: String) -> AblationRow? {
            // What is off already cannot be left out.
            let now = base.text(of: key)
            guard !now.isEmpty, now != value else { return nil }
            return AblationRow(name: "without \(name)", folder: "without-\(folder)", settings: ["\(key)=\(value)"])
        }
        var rows = [
            without("VUE", "vue", "model.vue", "false"), without("GAI", "gai", "model.gai", "off"),
            without("LGL", "lgl", "model.lgl", "false"),
        ].compactMap { $0 }
        guard !rows.isEmpty else {
            throw ConfigurationError(
                "--of modules: \(base.text(of: RunConfiguration.modelName)) has no modules that can be left out; train vuemo with all of them."
            )
        }
        if base.modalities.contains(.text) {
            rows += [without("speakers", "speakers", "model.speakerEmbedding", "false")].compactMap { $0 }
            if textLayers > 1, base.text(of: "model.textLayers") == "all" {
                for layer in 1...textLayers {
                    let others = (1...textLayers).filter { $0 != layer }.map(String.init).joined(separator: ",")
                    rows.append(
                        AblationRow(
                            name: "without text layer \(layer)", folder: "without-text-\(layer)",
                            settings: ["model.textLayers=\"\(others)\""]))
                }
                for layer in 1...textLayers {
                    rows.append(
                        AblationRow(
                            name: "text layer \(layer) alone", folder: "text-\(layer)-alone",
                            settings: ["model.textLayers=\"\(layer)\""]))
                }
            }
        }
        return [AblationRow(name: "full", folder: "full", settings: [])] + rows
    }
}
