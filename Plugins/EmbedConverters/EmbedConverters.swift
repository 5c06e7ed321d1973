import Foundation
import PackagePlugin

/// Puts all Python files under the target's folder into the program, without a list of them: a file that is added is embedded by the
/// next build.
@main struct EmbedConverters: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = target.directoryURL
        let files = (FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? [])
            .compactMap { $0 as? URL }
            .filter { $0.pathExtension == "py" && !$0.path.hasPrefix(root.appending(path: "tests/").path) }
            .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "ConverterSources.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) Python files",
                executable: try context.tool(named: "embed-converters").url,
                arguments: [root.path, output.path] + files.map(\.path), inputFiles: files, outputFiles: [output])
        ]
    }
}
