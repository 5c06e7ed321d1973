import Conversion

/// What stands before the elements of a `.npy` file: their type, the shape, the order.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NumpyArrayHead {
    /// Why it is none, as the rest of a sentence about the file.
    struct Fault: Error { let reason: String }

    /// The type as NumPy writes it, "<f4"; nil for a list of fields.
    let description: String?
    let shape: [Int]
    /// Whether columns lie end to end.
    let isFortranOrder: Bool
    /// Where the numbers begin.
    let dataOffset: Int

    /// The most bytes that are looked at.
    static let longest = 12 + 65536

    /// - Parameters:
    ///   - bytes: The beginning of the file, at least ``longest`` bytes of it where it has them.
    ///   - total: The bytes of the whole file.
    init(_ bytes: UnsafeRawBufferPointer, total: Int) throws(Fault) {
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 10 else {
            throw Fault(reason: "is no NumPy .npy file: save it with numpy.save")
        }
        let version = bytes[6]
        guard (1...3).contains(version), version == 1 || bytes.count >= 12 else {
            throw Fault(reason: "is a .npy file of version \(version), which is not known")
        }
        let lengthBytes = version == 1 ? 2 : 4
        let length = bytes[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length < 65536, 8 + lengthBytes + length <= min(total, bytes.count) else {
            throw Fault(reason: "is cut short within its header")
        }
        guard bytes[7] == 0 else {
            throw Fault(reason: "is a .npy file of version \(version).\(bytes[7]), which is not known")
        }
        dataOffset = 8 + lengthBytes + length
        let header: NumpyHeader
        do throws(NumpyHeader.Fault) {
            header = try NumpyHeader(Array(bytes[8 + lengthBytes..<dataOffset]))
        } catch {
            throw Fault(
                reason: "has a header that NumPy does not write (\(error.reason)): save it again with numpy.save")
        }
        (description, shape, isFortranOrder) = (header.description, header.shape, header.isFortranOrder)
    }

    /// The same of bytes in an array.
    init(_ bytes: [UInt8], total: Int) throws(Fault) {
        self = try bytes.withUnsafeBytes { bytes in
            Result { () throws(Fault) in try NumpyArrayHead(bytes, total: total) }
        }.get()
    }

    /// The type of the elements.
    /// - Throws: ``Fault`` where they are no numbers.
    func type() throws(Fault) -> ElementType {
        guard let description, let type = ElementType(code: description) else {
            throw Fault(
                reason: holdsObjects
                    ? "holds no plain numbers but Python objects, as arrays of unequal length become: save an array of numbers for each utterance"
                    : "holds no plain numbers; give float or integer matrices")
        }
        return type
    }

    /// Whether the elements are Python objects.
    var holdsObjects: Bool { description?.hasSuffix("O") == true }

    /// How texts lie in the array, where its elements are texts: characters of 4 bytes (`U`) or bytes (`S`), filled up with zeros.
    var text: (bytes: Int, isWide: Bool, isBigEndian: Bool)? {
        guard let description, let kind = description.utf8.dropFirst().first,
            let count = Int(description.dropFirst(2)), (0...1 << 20).contains(count)
        else { return nil }
        switch kind {
        case UInt8(ascii: "U"): return (4 * count, true, description.hasPrefix(">"))
        case UInt8(ascii: "S"): return (count, false, false)
        default: return nil
        }
    }

    /// The bytes of all numbers or texts; nil where they cannot be counted.
    var dataBytes: Int? {
        guard let size = text?.bytes ?? (try? type())?.size else { return nil }
        var bytes = size
        for extent in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return bytes
    }
}

extension ElementType {
    /// NumPy's name of the type, for provenance.
    var numpyName: String {
        let names: [Kind: String] = [.float: "float", .signed: "int", .unsigned: "uint", .boolean: "bool"]
        let name = kind == .boolean ? "bool" : "\(names[kind]!)\(8 * size)"
        return name + (bigEndian && size > 1 ? " big-endian" : "")
    }
}

/// A shape as NumPy writes it.
func shown(_ shape: [Int]) -> String {
    "(\(shape.map(String.init).joined(separator: ", "))\(shape.count == 1 ? "," : ""))"
}
