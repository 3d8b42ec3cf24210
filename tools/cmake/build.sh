# For tools/test and tools/demo: build PRESET TARGET configures the preset where that is due and builds the target.

build() {
    local preset=$1 target=$2 log=build/$1/configure.log
    if [ ! -e "build/$preset/build.ninja" ] || [ ${#configure_options[@]} -gt 0 ]; then
        printf '== configure %s\n' "$preset"
        mkdir -p "build/$preset"
        if ! cmake --preset "$preset" "${configure_options[@]}" > "$log" 2>&1; then
            tail -n 30 "$log"
            return 1
        fi
    fi
    printf '== build %s\n' "$preset"
    NINJA_STATUS='[%f/%t %es] ' ninja -C "build/$preset" -j "$(nproc)" "$target"
}
