import Foundation
import PackagePlugin

/// Lists the types of a target that conform to a protocol, so that a model or a command is known as soon as its file is there.
@main struct RegisterTypes: BuildToolPlugin {
    /// Target → the protocol, and what has to be imported to name it.
    private static let registers = [
        "Models": (protocol: "ConversationModel", imports: ["ConversationModels"]),
        "vuemo": (protocol: "ListedCommand", imports: []),
    ]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let register = Self.registers[target.name], let module = target as? any SourceModuleTarget else {
            return []
        }
        let files = module.sourceFiles(withSuffix: "swift").map(\.url).sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "Registered\(register.protocol)s.swift")
        return [
            .buildCommand(
                displayName: "Listing what conforms to \(register.protocol)",
                executable: try context.tool(named: "register-types").url,
                arguments: [output.path, register.protocol, register.imports.joined(separator: ",")]
                    + files.map(\.path),
                inputFiles: files, outputFiles: [output])
        ]
    }
}
