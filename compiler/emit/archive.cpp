#include "compiler/emit/archive.h"

#include <llvm/Object/ArchiveWriter.h>
#include <llvm/Support/MemoryBuffer.h>

#include "runtime/error.h"

namespace lithe::emit {

std::string archive(const std::vector<ArchiveMember>& members) {
    std::vector<llvm::NewArchiveMember> list;
    for (const ArchiveMember& member : members) {
        list.emplace_back(llvm::MemoryBufferRef(member.content, member.name));
    }
    auto buffer = llvm::writeArchiveToBuffer(list, llvm::SymtabWritingMode::NormalSymtab,
                                             llvm::object::Archive::K_GNU,
                                             /*Deterministic=*/true, /*Thin=*/false);
    if (!buffer) {
        throw InternalError("emit.archive", "emit: archive: " + llvm::toString(buffer.takeError()));
    }
    return (*buffer)->getBuffer().str();
}

}  // namespace lithe::emit
