#include "tools/reflect/action.h"

#include "clang/AST/ASTConsumer.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/Utils.h"
#include "clang/Sema/Sema.h"
#include "llvm/Support/FileSystem.h"
#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/describe.h"
#include "tools/reflect/find_classes.h"
#include "tools/reflect/write_registrations.h"

namespace lithe::reflect {

namespace {

class Consumer : public ASTConsumer {
public:
    Consumer(CompilerInstance& compiler, const ReflectOptions& options)
        : compiler_(compiler),
          options_(options),
          paths_(compiler.getSourceManager(), options.skipped_prefixes) {}

    /// Bodies in libraries are most of a source, and say nothing of the author's classes.
    bool shouldSkipFunctionBody(Decl* declaration) override {
        return !paths_.is_author(declaration->getLocation());
    }

    void HandleTranslationUnit(ASTContext& context) override {
        DiagnosticsEngine& diagnostics = context.getDiagnostics();
        diagnostics.setIgnoreAllWarnings(false);  // from here on they are ours
        Reporter reporter(diagnostics, paths_, options_.reporter);
        ModelTypes types(paths_);
        const FoundCode code = find_classes(compiler_.getSema(), types, paths_);
        if (diagnostics.hasErrorOccurred()) {
            check_whole_object_save({code, types, context, reporter});  // may be why
            return reporter.flush();
        }
        const auto classes = describe(code.modules, types, paths_, reporter);
        run_checks({code, types, context, reporter});
        reporter.flush();
        if (diagnostics.hasErrorOccurred()) return;

        if (llvm::Error error = llvm::writeToOutput(options_.output, [&](llvm::raw_ostream& out) {
                write_registrations(classes, context, out);
                return llvm::Error::success();
            })) {
            diagnostics.Report(diagnostics.getCustomDiagID(
                DiagnosticsEngine::Error, "cannot write '%0': %1 [reflect.output]"))
                << options_.output << llvm::toString(std::move(error));
        }
    }

private:
    CompilerInstance& compiler_;
    const ReflectOptions& options_;
    SourcePaths paths_;
};

/// A path as the target of a rule; clang writes targets as they are given.
std::string as_target(const std::string& path) {
    std::string text;
    for (const char c : path) {
        if (c == ' ' || c == '\t' || c == '#') text += '\\';
        if (c == '$') text += '$';
        text += c;
    }
    return text;
}

class Action : public ASTFrontendAction {
public:
    explicit Action(const ReflectOptions& options) : options_(options) {}

protected:
    bool PrepareToExecuteAction(CompilerInstance& compiler) override {
        compiler.getFrontendOpts().SkipFunctionBodies = true;  // Consumer says which
        compiler.getDiagnostics().setIgnoreAllWarnings(true);  // the compiler gives its own
        if (!options_.depfile.empty()) {
            DependencyOutputOptions dependencies;
            dependencies.OutputFile = options_.depfile;
            dependencies.Targets = {as_target(options_.output)};
            dependencies.IncludeSystemHeaders = true;
            compiler.addDependencyCollector(
                std::make_shared<DependencyFileGenerator>(dependencies));
        }
        return true;
    }

    std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance& compiler,
                                                   llvm::StringRef) override {
        return std::make_unique<Consumer>(compiler, options_);
    }

private:
    const ReflectOptions& options_;
};

}  // namespace

std::unique_ptr<FrontendAction> make_action(const ReflectOptions& options) {
    return std::make_unique<Action>(options);
}

}  // namespace lithe::reflect
