import Conversion
import ConverterScripts
import CPythonBridge
import Synchronization

/// The embedded interpreter: started with the converter's modules on first use.
enum Python {
    private static let added = Mutex<Result<Void, ConversionError>?>(nil)

    /// A progress callback asked to stop: the caller throws what it kept instead.
    struct Stopped: Error {}

    /// Starts the interpreter and adds the modules of `converters/`, once per process.
    static func start() throws {
        try added.withLock { state in
            if state == nil { state = Result { () throws(ConversionError) in try addModules() } }
            try state!.get()
        }
    }

    private static func addModules() throws(ConversionError) {
        let importer = ConverterScripts.importer
        guard let source = ConverterScripts.text("\(importer).py") else {
            throw .internalFault("the program holds no converters")
        }
        try add(module: importer, source: Array(source.utf8))
        do {
            _ = try call(importer, "install", [try string(try ConverterScripts.files)])
        } catch {
            throw error as? ConversionError ?? .internalFault("\(error)")
        }
    }

    /// Runs a module's source under its name.
    static func add(module name: String, source: [UInt8]) throws(ConversionError) {
        var error = PythonError()
        let text = source.map { CChar(bitPattern: $0) } + [0]
        guard python_add_module(name, text, &error) else {
            throw failure(&error) as? ConversionError ?? .internalFault("a module stopped while it was loaded")
        }
    }

    /// `module.function(arguments…)`.
    static func call(_ module: String, _ function: String, _ arguments: [PythonHandle] = []) throws -> PythonHandle {
        var references: [OpaquePointer?] = arguments.map(\.object)
        return try take { error in python_call_function(module, function, &references, references.count, error) }
    }

    /// A str.
    static func string(_ text: String) throws -> PythonHandle {
        try take { error in text.withCString { python_string($0, text.utf8.count, error) } }
    }

    /// A bytes object of `count` bytes, filled by `fill`.
    static func bytes(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> PythonHandle {
        var start: UnsafeMutablePointer<UInt8>?
        let handle = try take { error in python_bytes(count, &start, error) }
        try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
        return handle
    }

    /// A bytes object of the first `count` bytes, at least one, of an open file, which is mapped.
    static func mappedBytes(of descriptor: Int32, count: Int) throws -> PythonHandle {
        try take { error in python_mapped_bytes(descriptor, count, error) }
    }

    /// Runs a bridge function and owns what it returns.
    static func take(_ body: (UnsafeMutablePointer<PythonError>) -> OpaquePointer?) throws -> PythonHandle {
        var error = PythonError()
        guard let object = body(&error) else { throw failure(&error) }
        return PythonHandle(object)
    }

    /// The Swift error of a bridge error, which is freed.
    static func failure(_ error: inout PythonError) -> any Error {
        let message = error.message.map { String(cString: $0) } ?? "no message"
        let kind = error.kind
        python_error_free(&error)
        switch kind {
        case PYTHON_ERROR_UNAVAILABLE: return ConversionError.pythonUnavailable(message)
        case PYTHON_ERROR_INPUT: return ConversionError.input(message)
        case PYTHON_ERROR_STOPPED: return Stopped()
        case PYTHON_ERROR_MEMORY: return ConversionError.outOfMemory(message)
        default: return ConversionError.internalFault(message)
        }
    }
}

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
