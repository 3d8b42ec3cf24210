// Damaged input specs: parsing gives inputs or a UserError, nothing else. Arguments: seed and
// count.
#include "compiler/trace/trace.h"
#include "tests/fuzz/bytes.h"

namespace lithe::fuzz {

std::vector<std::string> corpus() {
    return {"x:f32[N=1..64,3,224,224]", "ids:i64[N=1..8,T=8..512:8];mask:bool[N,T,T + 1]",
            "a:f64[];b:f32[2*N + 1,(N + T)*2,N=1..4,T=0..9]",
            "x:f32[floordiv(N, 2),max(N, 3),N=2..9]"};
}

void try_bytes(std::span<const std::byte> bytes) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::vector<InputSpec> specs = parse_input_specs(text);
    require(!specs.empty(), "no inputs");
    for (const InputSpec& spec : specs) {
        require(spec.type.str() == TensorType(spec.type).str(), "another type");
        for (const ir::Symbol& symbol : spec.symbols) {
            require(0 <= symbol.min && symbol.min <= symbol.max && symbol.multiple_of >= 1,
                    "an empty range");
        }
    }
}

}  // namespace lithe::fuzz

LITHE_FUZZ_MAIN
