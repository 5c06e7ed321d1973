internal import CHDF5

/// Something in a file that can carry attributes: the file's root, a group or a dataset.
public protocol HDF5Object: ~Copyable {
    /// The library's identifier of the open object.
    var identifier: Int64 { get }
    /// The path of the file.
    var file: String { get }
    /// The object's path inside the file, beginning with "/".
    var path: String { get }
}

extension HDF5Object where Self: ~Copyable {
    func place(_ operation: String, attribute: String? = nil) -> Place {
        Place(operation: operation, file: file, object: attribute.map { "\(path)@\($0)" } ?? path)
    }
}

/// "a/b" and "/a/b" both name "/a/b"; "" and "/" both name the root.
func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "/" + path
}

extension HDF5Object where Self: ~Copyable {
    /// Whether the object has an attribute of that name.
    public func hasAttribute(_ name: String) -> Bool {
        Library.run(file) { H5Aexists(identifier, name) } > 0
    }

    /// The type of an attribute's elements.
    package func attributeType(_ name: String) throws(HDF5Error) -> ElementType {
        let place = place("read", attribute: name)
        let attribute = try OwnedIdentifier(.attribute, place) { H5Aopen(identifier, name, shim_default()) }
        let type = try OwnedIdentifier(.datatype, place) { H5Aget_type(attribute.value) }
        return ElementType(describing: type.value, in: file)
    }

    /// Reads a string attribute, of fixed or of variable length.
    /// - Throws: ``HDF5Error`` where it is missing, not one string, or not UTF-8.
    public func readString(attribute name: String) throws(HDF5Error) -> String {
        let place = place("read", attribute: name)
        let attribute = try OwnedIdentifier(.attribute, place) { H5Aopen(identifier, name, shim_default()) }
        guard try elementCount(of: attribute, place) == 1 else { throw place.error("it is not a single string") }
        let type = try OwnedIdentifier(.datatype, place) { H5Aget_type(attribute.value) }
        let text: String?
        switch ElementType(describing: type.value, in: file) {
        case .string(let bytes):
            var buffer = [UInt8](repeating: 0, count: bytes)
            _ = try Library.call(place) { H5Aread(attribute.value, type.value, &buffer) }
            text = decodeFixedString(buffer)
        case .variableLengthString:
            var pointer: UnsafeMutablePointer<CChar>?
            _ = try Library.call(place) { H5Aread(attribute.value, type.value, &pointer) }
            text = pointer.map { String(validatingCString: $0) } ?? ""
            _ = Library.run(file) { H5free_memory(pointer) }
        default:
            throw place.error("it is not a string")
        }
        guard let text else { throw place.error("it is not valid UTF-8") }
        return text
    }

    /// Reads the numbers of an attribute of any shape, row by row.
    package func readScalars<Value: Scalar>(
        attribute name: String, as type: Value.Type = Value.self
    ) throws(HDF5Error) -> [Value] {
        let place = place("read", attribute: name)
        let attribute = try OwnedIdentifier(.attribute, place) { H5Aopen(identifier, name, shim_default()) }
        var values = [Value](repeating: .zero, count: try elementCount(of: attribute, place))
        _ = try Library.call(place) { H5Aread(attribute.value, Value.scalarType.native, &values) }
        return values
    }

    /// Reads an attribute that holds one number.
    public func readScalar<Value: Scalar>(
        attribute name: String, as type: Value.Type = Value.self
    ) throws(HDF5Error) -> Value {
        let values = try readScalars(attribute: name, as: type)
        guard values.count == 1 else { throw place("read", attribute: name).error("it is not a single number") }
        return values[0]
    }

    private func elementCount(of attribute: borrowing OwnedIdentifier, _ place: Place) throws(HDF5Error) -> Int {
        let identifier = attribute.value
        let space = try OwnedIdentifier(.dataspace, place) { H5Aget_space(identifier) }
        let count = try Library.call(place) { H5Sget_simple_extent_npoints(space.value) }
        // Attributes live in object headers: more than this is damage, not data.
        guard count <= 1 << 22 else { throw place.error("it claims \(count) elements") }
        return Int(count)
    }

    /// Writes a string attribute of fixed length (variable-length strings escape the file's checksums), replacing one of
    /// that name.
    public func write(_ value: String, attribute name: String) throws(HDF5Error) {
        let place = place("write", attribute: name)
        let bytes = Array(value.utf8)
        guard !bytes.contains(0) else { throw place.error("the text contains a zero byte") }
        let type = try fixedStringType(bytes: bytes.count, place)
        try writeAttribute(
            name, shape: nil, stored: type.value, native: type.value, values: bytes.isEmpty ? [0] : bytes, place)
    }

    /// Writes a string over one of the same length, where it lies.
    /// - Throws: ``HDF5Error``, also where there is none of that length.
    public func overwrite(_ value: String, attribute name: String) throws(HDF5Error) {
        let place = place("write", attribute: name)
        let bytes = Array(value.utf8)
        let attribute = try OwnedIdentifier(.attribute, place) { H5Aopen(identifier, name, shim_default()) }
        let type = try OwnedIdentifier(.datatype, place) { H5Aget_type(attribute.value) }
        guard ElementType(describing: type.value, in: file) == .string(bytes: bytes.count) else {
            throw place.error("there is no text of \(bytes.count) bytes to be replaced")
        }
        _ = try Library.call(place) { H5Awrite(attribute.value, type.value, bytes) }
    }

    /// Writes an attribute that holds one number, replacing one of that name.
    public func write<Value: Scalar>(_ value: Value, attribute name: String) throws(HDF5Error) {
        try writeAttribute(
            name, shape: nil, stored: Value.scalarType.stored, native: Value.scalarType.native, values: [value],
            place("write", attribute: name))
    }

    /// Writes an attribute that holds a list of numbers, replacing one of that name.
    public func write<Value: Scalar>(_ values: [Value], attribute name: String) throws(HDF5Error) {
        try writeAttribute(
            name, shape: values.count, stored: Value.scalarType.stored, native: Value.scalarType.native, values: values,
            place("write", attribute: name))
    }

    private func writeAttribute<Element: BitwiseCopyable>(
        _ name: String, shape: Int?, stored: Int64, native: Int64, values: [Element], _ place: Place
    ) throws(HDF5Error) {
        if hasAttribute(name) { _ = try Library.call(place) { H5Adelete(identifier, name) } }
        let space = try OwnedIdentifier(.dataspace, place) {
            guard let shape else { return H5Screate(H5S_SCALAR) }
            var size = UInt64(shape)
            return H5Screate_simple(1, &size, nil)
        }
        let attribute = try OwnedIdentifier(.attribute, place) {
            H5Acreate2(identifier, name, stored, space.value, shim_default(), shim_default())
        }
        _ = try Library.call(place) { H5Awrite(attribute.value, native, values) }
    }
}
