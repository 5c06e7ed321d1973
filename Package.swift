// swift-tools-version: 6.1
import PackageDescription

// The arrows of the house (see ARCHITECTURE.md): a target imports what it names here and nothing else.
let package = Package(
    name: "vuemo",
    products: [
        .executable(name: "vuemo", targets: ["vuemo"]),
        .executable(name: "vuemo-convert", targets: ["vuemo-convert"]),
        .library(name: "FeatureStore", targets: ["FeatureStore", "StoreValidation", "StoreTools"]),
        .library(
            name: "VUEMO",
            targets: ["Models", "ConversationModels", "Configuration", "Conversations", "Training"]),
        .library(name: "Engine", targets: ["Concurrency", "Tensors", "Autodiff", "NeuralNetworks", "Optimizers"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.0"),
    ],
    targets: [
        // System libraries, found through pkg-config.
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPython", pkgConfig: "python3-embed", providers: [.apt(["libpython3-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

        // The vocabulary, and the bottoms that know nothing of it.
        .target(name: "Conversations"),
        .target(name: "TerminalText"),
        .target(name: "Configuration", dependencies: ["Yams"]),
        .target(name: "Metrics"),
        .target(name: "Files", dependencies: [.product(name: "SystemPackage", package: "swift-system")]),

        // Functions of the system that Swift cannot call.
        .target(name: "CProcesses"),
        // What is said where there is no memory.
        .target(name: "CMemory"),
        // One source, three machine codes: a header for the C targets.
        .target(name: "CMultiversion"),
        // Threads: the pool under everything that is split over processors.
        .target(name: "CThreads", cSettings: [.unsafeFlags(["-O3"])]),
        .target(name: "Concurrency", dependencies: ["CThreads"]),

        // The store: written once, checked, streamed.
        // Between libhdf5 and the files that it reads: a driver, and what becomes of faults.
        .target(name: "CHDF5Reading", dependencies: ["CHDF5"]),
        .target(name: "HDF5", dependencies: ["CHDF5", "CHDF5Reading", "CMemory", "Files"]),
        .target(name: "CStorage", dependencies: ["CMultiversion"], cSettings: [.unsafeFlags(["-O3"])]),
        .target(
            name: "FeatureStore",
            dependencies: [
                "Concurrency", "Conversations", "Files", "HDF5", "CStorage", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "StoreValidation",
            dependencies: ["Concurrency", "Conversations", "FeatureStore", "HDF5", "TerminalText"]),
        .target(
            name: "StoreTools", dependencies: ["Conversations", "FeatureStore", "Files", "HDF5", "TerminalText"]),

        // Conversion: what both ways in share, tables, and pickles, the only side that sees Python.
        .target(name: "Conversion", dependencies: ["FeatureStore", "Files"]),
        .target(
            name: "TableConversion",
            dependencies: [
                "Concurrency", "Conversion", "Conversations", "FeatureStore", "HDF5", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(name: "CPythonBridge", dependencies: ["CPython"]),
        // All of `converters/` is embedded in the binary that needs it; a file that is added there is found by itself.
        .target(
            name: "ConverterScripts", path: "converters",
            exclude: [
                "archives", "conversion.py", "dataset", "embedded.py", "faults.py", "layouts", "pickles", "scanning",
                "tests", "vuemo_layout.py",
            ],
            plugins: ["EmbedConverters"]),
        .plugin(name: "EmbedConverters", capability: .buildTool(), dependencies: ["embed-converters"]),
        .executableTarget(name: "embed-converters"),
        .target(
            name: "PickleConversion",
            dependencies: [
                "CPythonBridge", "ConverterScripts", "Concurrency", "Conversion", "Conversations", "FeatureStore",
                "TableConversion",
            ]),

        // The engine. Its kernels are optimised in debug builds too, so that tests train at full speed.
        .target(
            name: "CKernels",
            dependencies: ["CMultiversion", "CThreads"],
            cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-fno-trapping-math"])],
            linkerSettings: [.linkedLibrary("m")]),
        .target(
            name: "Tensors", dependencies: ["CKernels", "CMemory", "COpenBLAS", "Concurrency"]),
        .target(name: "Autodiff", dependencies: ["Concurrency", "Tensors"]),
        .target(name: "NeuralNetworks", dependencies: ["Autodiff", "Tensors"]),
        .target(name: "Optimizers", dependencies: ["Configuration", "NeuralNetworks", "Tensors"]),

        // Models: what a model is, and a folder for each in `Models`. A model or a command is known by conforming to its protocol.
        .plugin(name: "RegisterTypes", capability: .buildTool(), dependencies: ["register-types"]),
        .executableTarget(name: "register-types"),
        .target(
            name: "ConversationModels",
            dependencies: ["Configuration", "Conversations", "NeuralNetworks", "Autodiff", "Tensors"]),
        .target(
            name: "Models",
            dependencies: [
                "ConversationModels", "Configuration", "Conversations", "NeuralNetworks", "Autodiff", "Tensors",
            ],
            // What a run's export carries to PyTorch.
            resources: [.embedInCode("VUEMO/vuemo.py")],
            plugins: ["RegisterTypes"]),

        .target(
            name: "Training",
            dependencies: [
                "ConversationModels", "Concurrency", "Configuration", "Conversations", "Metrics", "Optimizers",
                "NeuralNetworks", "Autodiff", "Tensors", "FeatureStore", "Files", "HDF5", "TerminalText", "Yams",
            ]),

        // Runs compared: figures, tests, tables for papers.
        .target(
            name: "Experiments",
            dependencies: [
                "Training", "ConversationModels", "Configuration", "FeatureStore", "Files", "Metrics", "Tensors",
                "TerminalText",
            ]),

        // Pages to look at, of runs and of stores.
        .target(
            name: "Reports",
            dependencies: [
                "Experiments", "Training", "Metrics", "StoreTools", "StoreValidation", "FeatureStore", "Files",
                "Concurrency", "ConversationModels", "Tensors", "TerminalText",
                .product(name: "Mustache", package: "swift-mustache"),
            ]),

        // What a user runs, and what both commands share.
        .target(
            name: "CommandSupport",
            dependencies: [
                "CMemory", "CProcesses", "Configuration", "Files", "TerminalText", "Rainbow",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(
            name: "ConvertCommands",
            dependencies: [
                "CommandSupport", "Conversion", "Conversations", "TableConversion", "TerminalText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "vuemo",
            dependencies: [
                "Reports", "Experiments", "Training", "ConversationModels", "Models", "Concurrency", "Configuration",
                "Conversations",
                "StoreTools", "StoreValidation", "FeatureStore", "Files", "HDF5", "CommandSupport", "ConvertCommands",
                "TableConversion", "Tensors", "TerminalText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            plugins: ["RegisterTypes"]),
        .executableTarget(
            name: "vuemo-convert",
            dependencies: [
                "PickleConversion", "TableConversion", "Conversion", "ConvertCommands", "CommandSupport", "Files",
                "HDF5", "TerminalText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Tests, one target per module.
        .target(
            name: "TestSupport",
            dependencies: ["Concurrency", "Conversations", "HDF5", "FeatureStore", "StoreValidation", "Tensors"],
            path: "Tests/TestSupport"),
        .testTarget(name: "TerminalTextTests", dependencies: ["TerminalText"]),
        .testTarget(name: "CommandSupportTests", dependencies: ["CommandSupport"]),
        .testTarget(name: "ConversationsTests", dependencies: ["Conversations"]),
        .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "Tensors", "TestSupport"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "TestSupport"], exclude: ["Files", "Generator"]),
        .testTarget(name: "FeatureStoreTests", dependencies: ["FeatureStore", "HDF5", "Tensors", "TestSupport"]),
        .testTarget(
            name: "StoreValidationTests",
            dependencies: ["StoreValidation", "FeatureStore", "HDF5", "Tensors", "TestSupport"],
            exclude: ["Generator"]),
        .testTarget(
            name: "StoreToolsTests",
            dependencies: ["StoreTools", "StoreValidation", "FeatureStore", "Files", "HDF5", "TestSupport"]),
        .testTarget(
            name: "PickleConversionTests",
            dependencies: [
                "PickleConversion", "Conversion", "Conversations", "TableConversion", "FeatureStore", "Files",
                "StoreTools",
                "TestSupport",
            ],
            exclude: ["Generator"]),
        .testTarget(
            name: "TableConversionTests",
            dependencies: ["TableConversion", "Conversion", "FeatureStore", "HDF5", "TestSupport"],
            exclude: ["Generator"]),
        .testTarget(name: "ConcurrencyTests", dependencies: ["Concurrency", "TestSupport"]),
        // The same checks run without Swift on processors that are emulated (scripts/test-aarch64).
        .target(
            name: "CKernelChecks", dependencies: ["CKernels"], path: "Tests/CKernelChecks", exclude: ["alone"]),
        .testTarget(
            name: "TensorsTests", dependencies: ["CKernels", "CKernelChecks", "Concurrency", "Tensors", "TestSupport"]),
        .testTarget(name: "AutodiffTests", dependencies: ["Autodiff", "Tensors", "TestSupport"]),
        .testTarget(name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "Autodiff", "Tensors"]),
        .testTarget(
            name: "OptimizersTests",
            dependencies: ["Optimizers", "Configuration", "NeuralNetworks", "Tensors", "TestSupport"]),
        .testTarget(
            name: "ModelsTests",
            dependencies: [
                "Models", "ConversationModels", "Conversations", "Configuration", "NeuralNetworks", "Optimizers",
                "Autodiff",
                "Tensors", "HDF5", "TestSupport",
            ],
            exclude: ["Generator"]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Models", "ConversationModels", "Configuration", "Conversations",
                "Metrics", "Optimizers", "NeuralNetworks", "FeatureStore", "Files", "HDF5", "TestSupport",
            ],
            exclude: ["Generator"]),
        .testTarget(
            name: "ExperimentsTests",
            dependencies: [
                "Experiments", "Training", "Models", "Configuration", "Conversations", "FeatureStore", "Metrics",
                "TestSupport",
            ]),
        .testTarget(
            name: "ReportsTests",
            dependencies: [
                "Reports", "Experiments", "Training", "Models", "Configuration", "FeatureStore", "Files", "Tensors",
                "TestSupport",
            ],
            exclude: ["Browser", "Generator"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "TestSupport", "FeatureStore", "HDF5", "Models", "ConversationModels", "Configuration", "vuemo",
                "vuemo-convert",
            ]),
        // The samples on the first pages of the library modules.
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "Autodiff", "CommandSupport", "Concurrency", "Configuration", "ConversationModels",
                "Conversations", "Conversion", "Experiments", "FeatureStore", "Files", "HDF5", "Metrics", "Models",
                "NeuralNetworks",
                "Optimizers", "PickleConversion", "Reports", "StoreTools", "StoreValidation", "TableConversion",
                "Tensors",
                "TerminalText", "Training", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// Libraries are optimised in debug builds too, so that tests read and train at full speed; their preconditions stay. For a debugger:
// `swift build -Xswiftc -Onone`.
for target in package.targets where target.type == .regular {
    target.swiftSettings = [.unsafeFlags(["-O"], .when(configuration: .debug))]
}

// The plugin of `make docs`. No build and no test needs it, so it is fetched for that alone.
if Context.environment["VUEMO_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
