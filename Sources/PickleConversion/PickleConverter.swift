import Conversion
import FeatureStore
import Foundation

/// What to convert, and where to.
public struct ConversionRequest: Sendable {
    /// The pickles of one dataset, in any order: what each of them is is told by its content.
    public var inputs: [String]
    /// The store to be written.
    public var output: String
    /// The dataset that the files must be of; nil takes what they are.
    public var dataset: ConvertibleDataset?
    /// A Python module of the user's own that reads the inputs it recognises; nil for none. It runs as the user's code.
    public var layout: String?
    /// The dataset's name in the store; nil for the one that the files are known by.
    public var name: String?
    /// Which of the dialogues make a split that the files do not name.
    public var splitChoice = SplitChoice()
    /// What makes a row of an utterance that is a matrix of frames; nil refuses such utterances.
    public var frames: FrameReduction?
    /// The classes of labels that are real numbers; nil refuses such labels, except in layouts that say how they are rounded.
    public var regressionClasses: RegressionClasses?
    /// What is changed in the files' data.
    public var mending = Mending()
    /// Whether a store that is there already may be replaced. It is, in one step, once the new one is complete.
    public var overwrites = false
    /// Whether NaN and infinity are kept; otherwise they are refused, naming the first.
    public var keepsNonFiniteValues = false
    /// gzip level 1 to 9 of the feature rows, nil for none.
    public var compressionLevel: Int?
    /// When the store was made, for its provenance (ISO 8601, UTC). Nil leaves it out, so that the same input gives the
    /// same bytes.
    public var created: String?
    /// The program's version, for the store's provenance.
    public var toolVersion = ""

    /// A request with the default options.
    public init(inputs: [String], output: String, dataset: ConvertibleDataset? = nil) {
        self.inputs = inputs
        self.output = output
        self.dataset = dataset
    }
}

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
            costs = dataset.notes + (try dataset.writeFeatures(to: writer))
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
        if let frames = request.frames { options.append("frames \(frames.rawValue)") }
        if let classes = request.regressionClasses { options.append("regression classes \(classes.rawValue)") }
        options += request.mending.options
        if request.layout != nil { options.append("own layout") }
        if request.keepsNonFiniteValues { options.append("NaN and infinity kept") }
        return options.joined(separator: ", ")
    }
}
