import Conversion
import CPythonBridge
import ConverterScripts
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
