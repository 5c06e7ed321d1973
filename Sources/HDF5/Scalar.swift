internal import CHDF5

/// A number type that can be read from and written to datasets and attributes. The library converts between number types
/// while reading, so any integer or floating-point dataset can be read as any scalar.
public protocol Scalar: Numeric, BitwiseCopyable, Sendable {
    /// Which number type this is.
    static var scalarType: ScalarType { get }
}

/// The number types that files of this project hold.
public enum ScalarType: String, Sendable, CaseIterable {
    case float32, float64, int8, uint8, int32, uint32, int64, uint64

    /// The size of one value in bytes.
    public var size: Int {
        switch self {
        case .int8, .uint8: 1
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// The library's type for values in this machine's memory.
    var native: Int64 {
        switch self {
        case .float32: shim_native_float()
        case .float64: shim_native_double()
        case .int8: shim_native_int8()
        case .uint8: shim_native_uint8()
        case .int32: shim_native_int32()
        case .uint32: shim_native_uint32()
        case .int64: shim_native_int64()
        case .uint64: shim_native_uint64()
        }
    }

    /// The library's type for values in a file: always little-endian.
    var stored: Int64 {
        switch self {
        case .float32: shim_file_float()
        case .float64: shim_file_double()
        case .int8: shim_file_int8()
        case .uint8: shim_file_uint8()
        case .int32: shim_file_int32()
        case .uint32: shim_file_uint32()
        case .int64: shim_file_int64()
        case .uint64: shim_file_uint64()
        }
    }
}

extension Float: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .float32 }
}

extension Double: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .float64 }
}

extension Int8: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .int8 }
}

extension UInt8: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .uint8 }
}

extension Int32: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .int32 }
}

extension UInt32: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .uint32 }
}

extension Int64: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .int64 }
}

extension UInt64: Scalar {
    /// The same number type in a file.
    public static var scalarType: ScalarType { .uint64 }
}

extension Int: Scalar {
    /// The 64-bit signed number type in a file: `Int` has 64 bits on every platform of this project.
    public static var scalarType: ScalarType { .int64 }
}
