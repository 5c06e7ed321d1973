import Conversion

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
        guard head[7] == 0 else { throw refuse("is a .npy file of version \(version).\(head[7]), which is not known") }
        dataOffset = 8 + lengthBytes + length
        let text = try file.read(at: 8 + lengthBytes, count: length)
        let header: NumpyHeader
        do throws(NumpyHeader.Fault) {
            header = try NumpyHeader(text)
        } catch {
            throw refuse(
                "has a header that NumPy does not write (\(error.reason)): save the matrix again with numpy.save")
        }
        guard let description = header.description, let type = ElementType(code: description) else {
            throw refuse("holds no plain numbers; give float or integer matrices")
        }
        let shape = header.shape
        let shown = "(\(shape.map(String.init).joined(separator: ", "))\(shape.count == 1 ? "," : ""))"
        guard shape.count < 3 else {
            throw refuse(
                "has the shape \(shown), as frames of each utterance have: give one row per utterance, for example the mean over its frames without the padding"
            )
        }
        guard shape.count == 2, shape[1] > 0 else {
            throw refuse("has the shape \(shown); give one row per utterance")
        }
        guard !header.isFortranOrder else {
            throw refuse(
                "is stored column after column: save it with numpy.save(file, numpy.ascontiguousarray(matrix))")
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

    private static func name(of type: ElementType) -> String {
        let names: [ElementType.Kind: String] = [.float: "float", .signed: "int", .unsigned: "uint", .boolean: "bool"]
        let name = type.kind == .boolean ? "bool" : "\(names[type.kind]!)\(8 * type.size)"
        return name + (type.bigEndian && type.size > 1 ? " big-endian" : "")
    }
}
