import ArgumentParser
import Conversations
import FeatureStore
import Foundation
import StoreTools

extension Modality: ExpressibleByArgument {}

/// Which part of a store is taken.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: .customLong("dialogue"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these dialogues only, by their ids.", valueName: "id"))
    var dialogues: [String] = []

    @Option(
        name: .customLong("split"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these splits only, for example train valid.", valueName: "name"))
    var splits: [String] = []

    @Option(
        name: .customLong("modality"), parsing: .upToNextOption,
        help: ArgumentHelp("Take the features of these modalities only: text, audio, visual.", valueName: "modality"))
    var modalities: [Modality] = []

    @Option(
        name: .customLong("feature"), parsing: .upToNextOption,
        help: ArgumentHelp("Take these features only, by their names.", valueName: "name"))
    var features: [String] = []

    /// What was selected.
    var selection: StoreSelection {
        StoreSelection(
            dialogues: dialogues.isEmpty ? nil : dialogues, splits: splits.isEmpty ? nil : splits,
            modalities: modalities.isEmpty ? nil : modalities, features: features.isEmpty ? nil : features)
    }
}

/// Where a new file goes.
struct TargetOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Flag(help: "Replace a file that is there already, once the new one is complete.")
    var force = false

    /// The path.
    var path: OutputPath { OutputPath(output, overwrites: force) }
}

/// How a new store is written.
struct StoreOutputOptions: ParsableArguments {
    @OptionGroup var output: TargetOptions

    @Option(
        help: ArgumentHelp(
            "Compress the features with gzip at this level, 1 to 9; slower to read. Default: not compressed.",
            valueName: "level"))
    var compress: Int?

    func validate() throws {
        if let compress, !(1...9).contains(compress) { throw ValidationError("--compress takes a level from 1 to 9.") }
    }

    /// For the writer. What is taken from a store is taken as it is: NaN and infinity are for 'vuemo validate'.
    var writer: StoreWriterOptions { StoreWriterOptions(compressionLevel: compress, refusesNonFiniteValues: false) }

    /// This program, and the time of `SOURCE_DATE_EPOCH` where that is set.
    var origin: StoreOrigin {
        let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(Double.init)
        return StoreOrigin(
            toolVersion: Vuemo.version, created: epoch.map { Date(timeIntervalSince1970: $0).formatted(.iso8601) })
    }

    /// Tells what was written.
    func report(_ written: WrittenStore) {
        print("store: \(written.path), \(written.bytes) bytes\ncontent_id: \(written.contentID)")
    }
}
