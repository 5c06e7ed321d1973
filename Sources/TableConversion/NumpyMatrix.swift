import Conversion
import Foundation

/// A two-dimensional `.npy` file, read by rows. Only its header is held in memory.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
final class NumpyMatrix {
    let file: InputFile
    let rows: Int
    let width: Int
    let type: ElementType
    /// NumPy's name of the element type, for provenance.
    let typeName: String
    private let dataOffset: Int

    var rowBytes: Int { width * type.size }

    /// The position in the file behind a row.
    func end(ofRow row: Int) -> Int { dataOffset + (row + 1) * rowBytes }

    /// Opens a file and checks its header against its size.
    init(path: String) throws(ConversionError) {
        file = try InputFile(path: path)
        let name = file.name
        func refuse(_ what: String) -> ConversionError { .input("\(name) \(what).") }
        let head = try file.read(at: 0, count: min(12, file.bytes))
        guard head.starts(with: [0x93] + Array("NUMPY".utf8)), head.count >= 10 else {
            throw refuse("is no NumPy .npy file: save the matrix with numpy.save")
        }
        let version = head[6]
        guard (1...3).contains(version), version == 1 || head.count == 12 else {
            throw refuse("is a .npy file of version \(version), which is not known")
        }
        let lengthBytes = version == 1 ? 2 : 4
        let length = head[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length < 65536, 8 + lengthBytes + length <= file.bytes else {
            throw refuse("is cut short within its header")
        }
        let header = String(decoding: try file.read(at: 8 + lengthBytes, count: length), as: UTF8.self)
        dataOffset = 8 + lengthBytes + length
        guard let description = Self.text(of: "descr", in: header),
            let type = ElementType(code: Self.ordered(description))
        else {
            throw refuse("holds no plain numbers; give float or integer matrices")
        }
        guard header.contains("'fortran_order': False") else {
            throw refuse(
                "is stored column after column: save it with numpy.save(file, numpy.ascontiguousarray(matrix))")
        }
        let shape = Self.shape(in: header)
        guard shape.count == 2, shape[1] > 0, shape[0] >= 0 else {
            throw refuse(
                "has the shape (\(shape.map(String.init).joined(separator: ", "))); give one row per utterance")
        }
        let (values, overflow) = shape[0].multipliedReportingOverflow(by: shape[1])
        let (bytes, overflow2) = values.multipliedReportingOverflow(by: type.size)
        guard !overflow, !overflow2, bytes == file.bytes - dataOffset else {
            throw refuse(
                "has \(file.bytes - dataOffset) bytes of data where its header claims \(shape[0]) × \(shape[1]) values")
        }
        (rows, width, self.type) = (shape[0], shape[1], type)
        typeName = Self.name(of: type)
    }

    /// Reads rows, one after the other as stored, into memory for exactly that many.
    func read(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(ConversionError) {
        precondition(buffer.count == rows.count * rowBytes, "a buffer of \(buffer.count) bytes for \(rows.count) rows")
        try file.read(at: dataOffset + rows.lowerBound * rowBytes, into: buffer)
    }

    private static func text(of key: String, in header: String) -> String? {
        guard let start = header.range(of: "'\(key)': '"),
            let end = header.range(of: "'", range: start.upperBound..<header.endIndex)
        else { return nil }
        return String(header[start.upperBound..<end.lowerBound])
    }

    /// "|i1" and "=f4" as "<i1" and "<f4".
    private static func ordered(_ description: String) -> String {
        description.first.map { $0 == "|" || $0 == "=" ? "<" + description.dropFirst() : description } ?? ""
    }

    private static func shape(in header: String) -> [Int] {
        guard let start = header.range(of: "'shape': ("),
            let end = header.range(of: ")", range: start.upperBound..<header.endIndex)
        else { return [] }
        let parts = header[start.upperBound..<end.lowerBound].split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        return parts.filter { !$0.isEmpty }.map { Int($0) ?? -1 }
    }

    private static func name(of type: ElementType) -> String {
        let names: [ElementType.Kind: String] = [.float: "float", .signed: "int", .unsigned: "uint", .boolean: "bool"]
        let name = type.kind == .boolean ? "bool" : "\(names[type.kind]!)\(8 * type.size)"
        return name + (type.bigEndian && type.size > 1 ? " big-endian" : "")
    }
}
