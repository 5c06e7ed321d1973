import Conversion
import FeatureStore
import Foundation

/// Converts the feature pickles of one dataset into a store.
///
/// ```swift
/// let request = ConversionRequest(inputs: ["IEMOCAP_features.pkl", "iemocap_features_roberta.pkl"], output: "iemocap.h5")
/// let summary = try PickleConverter.convert(request)
/// ```
///
/// The pickles are read by an embedded Python with an interpreter of our own for their opcodes: nothing that a file names
/// is imported or called. Rows go from the file's bytes to the store without passing through Python numbers.
public enum PickleConverter {
    /// Runs a conversion.
    /// - Parameter progress: Called now and then; what it throws ends the conversion. No file is left behind then.
    /// - Throws: `ConversionError`, `StoreError` from the writer, or what `progress` throws.
    public static func convert(
        _ request: ConversionRequest, progress: @escaping ConversionProgressHandler = { _ in }
    ) throws -> ConversionSummary {
        try OutputCheck.check(
            inputs: request.inputs + [request.layout].compactMap { $0 }, output: request.output,
            overwrites: request.overwrites)
        let report = ProgressReport(progress)
        let dataset = try PickledDataset(request: request, report: report)
        var manifest = dataset.manifest
        manifest.toolVersion = request.toolVersion
        manifest.created = request.created
        manifest.options = options(of: request)
        let writerOptions = StoreWriterOptions(
            compressionLevel: request.compressionLevel, refusesNonFiniteValues: !request.keepsNonFiniteValues,
            overwrites: request.overwrites)
        var costs: [String] = []
        let written = try StoreWriter.write(manifest, to: request.output, options: writerOptions) { writer in
            costs = try dataset.writeFeatures(to: writer)
        }
        return ConversionSummary(manifest, costs: costs, store: written)
    }

    private static func options(of request: ConversionRequest) -> String {
        var options: [String] = []
        if let level = request.compressionLevel { options.append("compression \(level)") }
        if let fraction = request.splitChoice.validFraction { options.append("valid fraction \(fraction)") }
        if let fraction = request.splitChoice.testFraction { options.append("test fraction \(fraction)") }
        if request.splitChoice != SplitChoice(seed: request.splitChoice.seed) {
            options.append("split seed \(request.splitChoice.seed)")
        }
        if request.layout != nil { options.append("own layout") }
        if request.keepsNonFiniteValues { options.append("NaN and infinity kept") }
        return options.joined(separator: ", ")
    }
}
