import Concurrency
import Conversion
import FeatureStore
import Foundation

/// The pickles of one dataset, read, checked against each other and ready to be written. The rows stay where they are, as
/// Python's views of the files' bytes.
final class PickledDataset {
    private let conversion: PythonHandle
    private let report: ProgressReport
    private let sources: [(reader: SourceReader, data: PythonHandle)]
    private(set) var manifest: StoreManifest
    private let mending: Mending
    /// What a user should know and the store does not keep.
    let notes: [String]

    /// Reads all inputs.
    init(request: ConversionRequest, report: ProgressReport) throws {
        try Python.start()
        self.report = report
        mending = request.mending
        conversion = try Python.call("conversion", "Conversion")
        try Self.configure(conversion, request, report)
        let inputs = try request.inputs.flatMap { path throws(ConversionError) in try SplitFolder.files(of: path) }
        let readers = try inputs.map { path throws(ConversionError) in try SourceReader(path: path) }
        var digests: [BackgroundWork<String>] = []
        var sources: [(reader: SourceReader, data: PythonHandle)] = []
        guard let first = readers.first else { throw ConversionError.input("No files to convert were given.") }
        var reading = first.reading()
        for (index, reader) in readers.enumerated() {
            try report.begin("Reading \(reader.name)", total: 2 * reader.bytes)
            guard let data = try reading.next(waiting: { try report.report($0) }) else { throw CancellationError() }
            if index + 1 < readers.count { reading = readers[index + 1].reading() }
            digests.append(reader.digesting(data))
            let arguments = [try Python.string(reader.name), data, try Python.string(request.dataset?.rawValue ?? "")]
            sources.append((reader, data))
            _ = try reader.reading(data) { [conversion] in
                try report.rethrowing(offset: reader.bytes) { callable in
                    try conversion.call("read", arguments + [callable])
                }
            }
        }
        self.sources = sources
        let json = try report.rethrowing { [conversion] _ in try conversion.call("assemble") }
        let description: DatasetDescription = try json.withContent { content in
            do {
                return try JSONDecoder().decode(DatasetDescription.self, from: Data(content))
            } catch {
                throw ConversionError.internalFault("the description of the dataset cannot be decoded: \(error)")
            }
        }
        notes = description.notes
        manifest = try StoreManifest(description)
        manifest.sources = try zip(zip(readers, digests), description.layouts).map { source, layout in
            guard let sha256 = try source.1.next() else { throw CancellationError() }
            return SourceFile(name: source.0.name, bytes: source.0.bytes, sha256: sha256, layout: layout)
        }
    }

    private static func configure(_ conversion: PythonHandle, _ request: ConversionRequest, _ report: ProgressReport)
        throws
    {
        struct Options: Encodable {
            let valid_fraction: Double?, test_fraction: Double?, split_seed: UInt64, name: String?, frames: String?
            let regression_classes: Int?
            let drop_empty_dialogues: Bool
        }
        let choice = request.splitChoice
        let options = Options(
            valid_fraction: choice.validFraction, test_fraction: choice.testFraction, split_seed: choice.seed,
            name: request.name, frames: request.frames?.rawValue,
            regression_classes: request.regressionClasses?.rawValue,
            drop_empty_dialogues: request.mending.dropsEmptyDialogues)
        let json = String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        _ = try conversion.call("configure", [try Python.string(json)])
        guard let path = request.layout else { return }
        let source = try SourceReader(path: path).readAll { _ in }
        let arguments = [source, try Python.string(path)]
        try report.begin("Reading \(URL(filePath: path).lastPathComponent)", total: 1)
        _ = try report.rethrowing { _ in try conversion.call("use_layout", arguments) }
    }

    /// Appends all rows, feature after feature. Returns a warning for every feature that lost precision.
    func writeFeatures(to writer: StoreWriter) throws -> [String] {
        let total = manifest.features.reduce(0) { $0 + $1.width } * manifest.utteranceCount * MemoryLayout<Float>.size
        var (done, warnings) = (0, [String]())
        try report.begin("Writing features", total: total)
        for feature in manifest.features {
            var conversion = FloatConversion(mending: mending)
            let blocks = try self.conversion.call("blocks", [try Python.string(feature.name)])
            while let block = try blocks.next() {
                let code = try block.item(0).text()
                let words = code.split(separator: " ").map(String.init)
                guard let last = words.last, let type = ElementType(code: last) else {
                    throw ConversionError.internalFault("rows of the unknown type \(code)")
                }
                try block.item(1).withContent { bytes in
                    if words.count > 1 {
                        guard let reduction = FrameReduction(rawValue: words[0]) else {
                            throw ConversionError.internalFault("frames of the unknown kind \(code)")
                        }
                        let width = feature.width / reduction.rowWidth(ofFrames: 1)
                        let row = conversion.row(ofFrames: bytes, type: type, width: width, by: reduction)
                        try row.values.withUnsafeBufferPointer { values in
                            try writer.append(rows: values, to: feature.name) { row.exact[$0] }
                        }
                        done += feature.width * MemoryLayout<Float>.size
                        return
                    }
                    try conversion.withFloats(bytes, type: type) { values, exact in
                        try writer.append(rows: values, to: feature.name, exact: exact)
                        done += values.count * MemoryLayout<Float>.size
                    }
                }
                try report.report(done)
            }
            try conversion.note(to: writer, feature: feature.name)
            warnings += conversion.warnings(feature: feature)
        }
        for source in sources { try source.reader.checkUnchanged(source.data) }
        return warnings
    }
}
