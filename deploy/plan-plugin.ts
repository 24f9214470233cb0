import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { type LoadedPlan, loadPlan, parsePlan } from '../shared/plan/load-plan.ts';
import { formatProblem, PlanError } from '../shared/plan/plan-problem.ts';
import { dropEmptyStatements } from './drop-empty-statements.ts';
import { dropRedundantDependencies } from './drop-redundant-dependencies.ts';
import { dropSharedRole } from './drop-shared-role.ts';
import { decryptersFile, decryptersSource } from './plan-decrypters.ts';
import { choosePlanFile } from './plan-file.ts';
import { planValues } from './plan-values.ts';
import { removeLeftovers } from './remove-leftovers.ts';

type Template = Parameters<typeof dropRedundantDependencies>[0];
type FunctionSettings = { iamRoleStatements?: { Resource?: unknown }[] };

/** What is used here of osls's own object. */
type Serverless = {
  serviceDir: string;
  classes: { Error: new (message: string, code: string) => Error };
  configurationInput: { params?: unknown; provider?: unknown };
  processedInput: { commands: string[]; options: Record<string, unknown> };
  service: {
    functions: Record<string, FunctionSettings>;
    provider: { compiledCloudFormationTemplate: Template };
  };
};
type Logging = { log: { warning: (text: string) => void } };

/** serverless-esbuild zips whatever it finds here together with every function's bundle. */
const WORK_FOLDER = '.esbuild';
const BUILD_FOLDER = join(WORK_FOLDER, '.build');

/** Commands that put a plan to work. The others must do theirs whatever the plan says by now. */
const DEPLOYING = ['deploy', 'package', 'print'];

const providerSchema = z.looseObject({ stage: z.string() });

/**
 * Reads the plan before anything else happens, answers `${plan:NAME}` from it, and puts it beside the
 * code of every function as `plan.json`. A plan with an error ends the command with its file and line.
 */
export default class PlanPlugin {
  readonly hooks: Record<string, () => unknown>;
  readonly configurationVariablesSources: unknown;
  readonly #serverless: Serverless;
  readonly #logging: Logging;
  #values: Record<string, unknown> = {};
  #bundle = '';
  #decrypters = '';

  constructor(serverless: Serverless, _options: unknown, logging: Logging) {
    this.#serverless = serverless;
    this.#logging = logging;
    this.configurationVariablesSources = {
      plan: { resolve: async ({ address }: { address?: string }) => this.#answer(address ?? '') },
    };
    const bundlePlan = () => this.#bundlePlan();
    this.hooks = {
      initialize: () => this.#dropEmptyStatements(),
      'before:package:createDeploymentArtifacts': bundlePlan,
      'before:deploy:function:packageFunction': bundlePlan,
      'before:invoke:local:invoke': bundlePlan,
      'before:aws:package:finalize:saveServiceState': () => this.#tidyUp(),
    };
  }

  async asyncInit(): Promise<void> {
    const { stage } = providerSchema.parse(this.#serverless.configurationInput.provider);
    try {
      const { plan, document, warnings } = await this.#load(stage);
      this.#values = planValues(plan, stage);
      this.#bundle = JSON.stringify({ digest: plan.digest, document });
      this.#decrypters = decryptersSource(plan);
      // Whoever invokes or looks at what is deployed may have deployed another plan.
      if (this.#isDeploying())
        for (const problem of warnings) this.#logging.log.warning(formatProblem(problem));
    } catch (error) {
      if (!(error instanceof PlanError || error instanceof RangeError)) throw error;
      throw new this.#serverless.classes.Error(error.message, 'PLAN_NOT_USABLE');
    }
  }

  #isDeploying(): boolean {
    return DEPLOYING.includes(this.#serverless.processedInput.commands[0] ?? '');
  }

  async #load(stage: string): Promise<LoadedPlan> {
    const { configurationInput, processedInput } = this.#serverless;
    try {
      const file = choosePlanFile(processedInput.options.param, configurationInput.params, stage);
      return await loadPlan(file, { stage, env: process.env });
    } catch (error) {
      if (this.#isDeploying()) throw error;
      return parsePlan('plan: none', { file: 'none', stage, env: {} });
    }
  }

  #answer(name: string): { value: unknown } {
    if (Object.hasOwn(this.#values, name)) return { value: this.#values[name] };
    const known = Object.keys(this.#values).join(', ');
    throw new this.#serverless.classes.Error(
      `\${plan:${name}} is not known; there are: ${known}`,
      'UNKNOWN_PLAN_VALUE',
    );
  }

  #dropEmptyStatements(): void {
    for (const settings of Object.values(this.#serverless.service.functions)) {
      settings.iamRoleStatements &&= dropEmptyStatements(settings.iamRoleStatements);
    }
  }

  async #tidyUp(): Promise<void> {
    const { provider, functions } = this.#serverless.service;
    const template = provider.compiledCloudFormationTemplate;
    dropSharedRole(template);
    dropRedundantDependencies(template);
    await removeLeftovers(tmpdir(), Object.keys(functions), process.pid);
  }

  async #bundlePlan(): Promise<void> {
    const folder = join(this.#serverless.serviceDir, BUILD_FOLDER);
    // What a run that was interrupted left behind would go into every archive.
    await rm(join(this.#serverless.serviceDir, WORK_FOLDER), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'plan.json'), this.#bundle);
    await writeFile(decryptersFile(this.#serverless.serviceDir), this.#decrypters);
  }
}
