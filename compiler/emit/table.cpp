#include "compiler/emit/table.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Triple.h>

#include <mutex>

#include "runtime/artifact.h"
#include "runtime/error.h"

namespace lithe::emit {
namespace {

std::unique_ptr<llvm::TargetMachine> machine_for(const lower::Target& target) {
    static std::once_flag once;
    std::call_once(once, [] {
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86Target();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86AsmPrinter();
        LLVMInitializeAArch64TargetInfo();
        LLVMInitializeAArch64Target();
        LLVMInitializeAArch64TargetMC();
        LLVMInitializeAArch64AsmPrinter();
    });
    const std::string triple =
        target.name == "aarch64" ? "aarch64-unknown-linux-gnu" : "x86_64-unknown-linux-gnu";
    std::string error;
    const llvm::Target* found = llvm::TargetRegistry::lookupTarget(triple, error);
    if (!found) throw InternalError("emit.target", "emit: " + error);
    return std::unique_ptr<llvm::TargetMachine>(
        found->createTargetMachine(triple, "", "", llvm::TargetOptions(), llvm::Reloc::PIC_));
}

llvm::GlobalVariable* add_constant(llvm::Module& module, llvm::Constant* value,
                                   const std::string& name,
                                   llvm::GlobalValue::LinkageTypes linkage) {
    return new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true, linkage, value,
                                    name);
}

void build(llvm::Module& module, const std::string& symbol, const std::vector<std::byte>& encoded,
           const std::vector<std::string>& kernels, const std::string& next) {
    llvm::LLVMContext& context = module.getContext();
    auto* pointer = llvm::PointerType::get(context, 0);
    auto* word = llvm::Type::getInt64Ty(context);
    auto* bytes = add_constant(
        module,
        llvm::ConstantDataArray::get(
            context, llvm::ArrayRef<uint8_t>(reinterpret_cast<const uint8_t*>(encoded.data()),
                                             encoded.size())),
        symbol + "_bytes", llvm::GlobalValue::PrivateLinkage);
    bytes->setAlignment(llvm::Align(64));
    std::vector<llvm::Constant*> addresses;
    auto* type = llvm::FunctionType::get(llvm::Type::getInt32Ty(context), {pointer}, false);
    for (const std::string& kernel : kernels) {
        addresses.push_back(
            llvm::cast<llvm::Constant>(module.getOrInsertFunction(kernel, type).getCallee()));
    }
    auto* table = add_constant(
        module,
        llvm::ConstantArray::get(llvm::ArrayType::get(pointer, addresses.size()), addresses),
        symbol + "_kernels", llvm::GlobalValue::PrivateLinkage);
    auto* null = llvm::ConstantPointerNull::get(pointer);
    auto number = [&](uint64_t v) { return llvm::ConstantInt::get(word, v); };
    auto* reserved = llvm::ConstantArray::get(llvm::ArrayType::get(pointer, 3), {null, null, null});
    llvm::Constant* other = null;
    if (!next.empty()) {
        other = new llvm::GlobalVariable(module, word, /*isConstant=*/true,
                                         llvm::GlobalValue::ExternalLinkage, nullptr, next);
    }
    add_constant(
        module,
        llvm::ConstantStruct::getAnon({number(lithe_artifact_magic), number(encoded.size()), bytes,
                                       number(kernels.size()), table, other, reserved}),
        symbol, llvm::GlobalValue::ExternalLinkage)
        ->setAlignment(llvm::Align(8));
}

}  // namespace

std::string table_object(const std::string& symbol, const std::vector<std::byte>& encoded,
                         const std::vector<std::string>& kernels, const lower::Target& target,
                         const std::string& next) {
    llvm::LLVMContext context;
    llvm::Module module(symbol, context);
    const auto machine = machine_for(target);
    module.setTargetTriple(machine->getTargetTriple().str());
    module.setDataLayout(machine->createDataLayout());
    module.setPICLevel(llvm::PICLevel::BigPIC);
    build(module, symbol, encoded, kernels, next);
    llvm::SmallVector<char, 0> object;
    llvm::raw_svector_ostream out(object);
    llvm::legacy::PassManager passes;
    if (machine->addPassesToEmitFile(passes, out, nullptr, llvm::CodeGenFileType::ObjectFile)) {
        throw InternalError("emit.object", "emit: LLVM cannot write objects for " + target.name);
    }
    passes.run(module);
    return {object.begin(), object.end()};
}

}  // namespace lithe::emit
