import Conversion
import Foundation
import TableConversion

extension PickleConverter {
    /// Converts lists of utterances and their features, of which some may be pickles of id -> array.
    /// - Throws: `ConversionError`, `StoreError` from the writer, or what `progress` throws.
    public static func convert(
        _ request: TableRequest, progress: @escaping ConversionProgressHandler = { _ in }
    ) throws -> ConversionSummary {
        try TableConverter.convert(
            request, opensPickles: { file in try PickledArrays(file, ProgressReport(progress)) }, progress: progress)
    }
}

/// The arrays of a pickle of id -> array, which stay where they are until they are asked for.
final class PickledArrays: ArraysByID {
    let layout = "pickle of arrays by id"
    let file: InputFile?
    let name: String
    private(set) var ids = ByteInterner()
    private let arrays: PythonHandle
    private let reader: SourceReader
    private let data: PythonHandle

    /// - Parameter reader: The class of `converters/` that finds them.
    init(
        _ file: InputFile, _ report: ProgressReport,
        by type: (module: String, name: String) = ("arrays_by_id", "ArraysById")
    ) throws {
        try Python.start()
        (self.file, name) = (file, file.name)
        let reader = try SourceReader(path: file.path)
        self.reader = reader
        try report.begin("Reading \(file.name)", total: 2 * file.bytes)
        let data = try reader.readAll { try report.report($0) }
        self.data = data
        let arguments = [try Python.string(file.name), data]
        arrays = try reader.reading(data) {
            try report.rethrowing(offset: reader.bytes) { callable in
                try Python.call(type.module, type.name, arguments + [callable])
            }
        }
        for id in try arrays.call("ids").withContent({ try JSONDecoder().decode([String].self, from: Data($0)) }) {
            _ = Array(id.utf8).withUnsafeBytes { ids.number(of: $0) }
        }
    }

    func endSearch() { ids.forgetPlaces() }

    func read(_ arrays: [UInt32], _ visit: (Int, NumberArray) throws -> Void) throws {
        for (place, array) in arrays.enumerated() {
            let found = try self.arrays.call("array", [try Python.string(ids.strings[Int(array)])])
            let (code, extents) = (try found.item(0).text(), try found.item(1).text())
            guard let type = ElementType(code: code) else {
                throw fault(array, "holds no plain numbers; give float or integer arrays")
            }
            let shape = extents.split(separator: " ").compactMap { Int($0) }
            try found.item(2).withContent { bytes in
                guard bytes.count == shape.reduce(type.size, *) else {
                    throw ConversionError.internalFault("an array of \(extents) with \(bytes.count) bytes")
                }
                try visit(place, NumberArray(type: type, shape: shape, bytes: bytes))
            }
        }
        try reader.checkUnchanged(data)
    }
}
