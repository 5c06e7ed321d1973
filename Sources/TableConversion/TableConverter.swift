import Conversion
import FeatureStore
import Foundation

/// Makes a store from lists of utterances and their features. Rows are streamed.
///
/// ```swift
/// let request = TableRequest(manifest: "utterances.csv", features: [.init(name: "audio", modality: .audio, path: "audio.npy")], output: "mine.h5")
/// let summary = try TableConverter.convert(request)
/// ```
public enum TableConverter {
    /// Runs a conversion. No Python is involved, so that pickles are refused.
    /// - Parameter progress: Called now and then; what it throws ends the conversion. No file is left behind then.
    /// - Throws: `ConversionError`, `StoreError` from the writer, or what `progress` throws.
    public static func convert(
        _ request: TableRequest, progress: @escaping ConversionProgressHandler = { _ in }
    ) throws -> ConversionSummary {
        try convert(request, opensPickles: nil, progress: progress)
    }

    /// The same with features in pickles, for the program that reads them.
    package static func convert(
        _ request: TableRequest, opensPickles: PickleOpener?, progress: @escaping ConversionProgressHandler
    ) throws -> ConversionSummary {
        try OutputCheck.check(
            inputs: request.lists.map(\.path) + request.features.map(\.path), output: request.output,
            overwrites: request.overwrites)
        guard !request.features.isEmpty else {
            throw ConversionError.input("No features were given: a store needs at least one.")
        }
        let lists = try request.lists.map { list throws(ConversionError) in
            (file: try InputFile(path: list.path), split: list.split)
        }
        let opened = try FeatureInputs.open(request.features, opensPickles: opensPickles)
        var table = try TableContent(lists, form: request.listForm) { list in
            let file = lists[list].file
            try progress(ConversionProgress(stage: "Reading \(file.name)", completed: 0, total: file.bytes))
        }
        guard table.rowCount > 0 else { throw ConversionError.input("\(table.name) names no utterances.") }
        let features = try FeatureInputs(request, opened, &table, opensPickles: opensPickles)
        let ordered = try TableManifest(request, &table, lists: lists.map(\.file.name))
        let writing = try TableWriting(request, ordered, lists: lists.map(\.file), features: features)
        return try writing.write(progress)
    }
}
