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
