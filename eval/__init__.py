"""What "better" means: suites, the runner, the floors, the side-by-side benchmarks."""
