internal import CHDF5

/// The type of a dataset's or attribute's elements as the file states it.
public enum ElementType: Equatable, Sendable {
    /// IEEE floating point of so many bytes.
    case float(bytes: Int, littleEndian: Bool)
    /// Integers of so many bytes.
    case integer(bytes: Int, signed: Bool, littleEndian: Bool)
    /// Strings that each take so many bytes, filled up with zero bytes.
    case string(bytes: Int)
    /// Strings of any length, kept in the file's global heap.
    case variableLengthString
    /// Anything else (compound, enumeration, reference, …).
    case other

    /// The little-endian type of a scalar.
    public static func of(_ type: ScalarType) -> ElementType {
        switch type {
        case .float32, .float64: .float(bytes: type.size, littleEndian: true)
        case .int8, .int32, .int64: .integer(bytes: type.size, signed: true, littleEndian: true)
        case .uint8, .uint32, .uint64: .integer(bytes: type.size, signed: false, littleEndian: true)
        }
    }

    /// The name NumPy gives the type (`<f4`, `<i8`, `|u1`, `|S12`), or nil where it has no simple one.
    public var numpyName: String? {
        switch self {
        case .float(let bytes, let littleEndian): "\(littleEndian ? "<" : ">")f\(bytes)"
        case .integer(let bytes, let signed, let littleEndian):
            "\(bytes == 1 ? "|" : littleEndian ? "<" : ">")\(signed ? "i" : "u")\(bytes)"
        case .string(let bytes): "|S\(bytes)"
        case .variableLengthString, .other: nil
        }
    }

    /// The size in bytes of one element in the file, or nil where elements have no fixed size here.
    public var size: Int? {
        switch self {
        case .float(let bytes, _), .integer(let bytes, _, _), .string(let bytes): bytes
        case .variableLengthString, .other: nil
        }
    }

    /// Reads the description of a type identifier. A type is named only where it is that type in every bit: a float with
    /// another exponent bias, or an integer that uses some of its bits, is ``other``.
    init(describing type: Int64, in file: String) {
        self = Library.run(file) {
            let size = H5Tget_size(type)
            let littleEndian = H5Tget_order(type) != H5T_ORDER_BE
            func equals(_ standard: Int64) -> Bool { standard >= 0 && H5Tequal(type, standard) > 0 }
            switch H5Tget_class(type) {
            case H5T_FLOAT where equals(shim_standard_float(size, littleEndian ? 1 : 0)) || shim_is_half(type) != 0:
                return .float(bytes: size, littleEndian: littleEndian)
            case H5T_INTEGER:
                let signed = H5Tget_sign(type) == H5T_SGN_2
                guard equals(shim_standard_integer(size, signed ? 1 : 0, littleEndian ? 1 : 0)) else { return .other }
                return .integer(bytes: size, signed: signed, littleEndian: littleEndian)
            case H5T_STRING:
                if H5Tis_variable_str(type) > 0 { return .variableLengthString }
                return H5Tget_strpad(type) == H5T_STR_SPACEPAD ? .other : .string(bytes: size)
            default:
                return .other
            }
        }
    }
}

extension ElementType {
    /// The type of numbers that a header describes, where it is one of NumPy's in every bit; nil for anything else.
    /// - Parameter header: The description: class and version, 3 bytes of flags, the size, and what the class says further.
    init?(header: ArraySlice<UInt8>) {
        let bytes = Array(header)
        guard bytes.count >= 12, bytes[5...7].allSatisfy({ $0 == 0 }), bytes[3] == 0, (1...3).contains(bytes[0] >> 4)
        else {
            return nil
        }
        let size = Int(bytes[4])
        let isLittleEndian = bytes[1] & 1 == 0
        // All bits are used, from the first on.
        guard bytes[8] == 0, bytes[9] == 0, Int(bytes[10]) | Int(bytes[11]) << 8 == 8 * size else { return nil }
        switch bytes[0] & 0x0f {
        case 0:
            guard [1, 2, 4, 8].contains(size), bytes[1] & ~0x09 == 0, bytes[2] == 0 else { return nil }
            self = .integer(bytes: size, signed: bytes[1] & 0x08 != 0, littleEndian: size == 1 || isLittleEndian)
        case 1:
            // Exponent and its bits, mantissa and its bits, the exponent's bias; the sign is the highest bit, the mantissa's is implied.
            let parts: [UInt8]
            switch size {
            case 2: parts = [10, 5, 0, 10, 15, 0, 0, 0]
            case 4: parts = [23, 8, 0, 23, 127, 0, 0, 0]
            case 8: parts = [52, 11, 0, 52, 0xff, 3, 0, 0]
            default: return nil
            }
            guard bytes.count >= 20, bytes[12..<20].elementsEqual(parts), bytes[1] & ~1 == 0x20,
                Int(bytes[2]) == 8 * size - 1
            else { return nil }
            self = .float(bytes: size, littleEndian: isLittleEndian)
        default: return nil
        }
    }
}

/// A UTF-8 string type of a fixed number of bytes, filled up with zero bytes (what h5py calls `S<n>`).
func fixedStringType(bytes: Int, _ place: Place) throws(HDF5Error) -> OwnedIdentifier {
    let type = try OwnedIdentifier(.datatype, place) { H5Tcopy(shim_c_string()) }
    let identifier = type.value
    _ = try Library.call(place) { H5Tset_size(identifier, max(1, bytes)) }
    _ = try Library.call(place) { H5Tset_strpad(identifier, H5T_STR_NULLPAD) }
    _ = try Library.call(place) { H5Tset_cset(identifier, H5T_CSET_UTF8) }
    return type
}

/// The text in a fixed-size field: the bytes before the first zero byte, or nil where they are not UTF-8.
func decodeFixedString(_ bytes: some Sequence<UInt8>) -> String? {
    String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
