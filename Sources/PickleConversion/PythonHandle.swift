import CPythonBridge

/// A reference to a Python object, given back when the last owner goes.
///
/// It may be used from any thread: every function of the bridge takes the interpreter's lock for itself.
final class PythonHandle: @unchecked Sendable {
    let object: OpaquePointer

    /// Takes over the reference.
    init(_ object: OpaquePointer) { self.object = object }

    deinit { python_release(object) }

    /// `self.method(arguments…)`.
    func call(_ method: String, _ arguments: [PythonHandle] = []) throws -> PythonHandle {
        var references: [OpaquePointer?] = arguments.map(\.object)
        return try Python.take { error in python_call_method(object, method, &references, references.count, error) }
    }

    /// The next item of an iterator, nil at its end.
    func next() throws -> PythonHandle? {
        var error = PythonError()
        if let item = python_next(object, &error) { return PythonHandle(item) }
        if error.message != nil { throw Python.failure(&error) }
        return nil
    }

    /// An item of a tuple.
    func item(_ index: Int) throws -> PythonHandle {
        try Python.take { error in python_tuple_item(object, index, error) }
    }

    /// Runs `body` on the bytes of a bytes object or the UTF-8 of a str, without a copy.
    func withContent<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        var error = PythonError()
        var count = 0
        guard let content = python_content(object, &count, &error) else { throw Python.failure(&error) }
        return try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(start: content, count: count)) }
    }

    /// The text of a str.
    func text() throws -> String {
        try withContent { String(decoding: $0, as: UTF8.self) }
    }
}
